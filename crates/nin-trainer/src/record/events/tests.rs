use std::fs;

use super::encoding::masked_crc;
use super::*;

/// A field of a protocol buffer message.
#[derive(Debug, PartialEq)]
enum Field<'a> {
    Varint(u64),
    Double(f64),
    Float(f32),
    Bytes(&'a [u8]),
}

/// Reads the fields of a message; written from the format's description, apart
/// from the encoder.
fn fields(mut data: &[u8]) -> Vec<(u64, Field<'_>)> {
    fn varint(data: &mut &[u8]) -> u64 {
        let length = data.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
        let (bytes, rest) = data.split_at(length);
        *data = rest;
        bytes.iter().rev().fold(0, |value, byte| value * 128 + u64::from(byte & 0x7f))
    }
    fn take<'a>(data: &mut &'a [u8], length: usize) -> &'a [u8] {
        let (bytes, rest) = data.split_at(length);
        *data = rest;
        bytes
    }
    let mut found = Vec::new();
    while !data.is_empty() {
        let key = varint(&mut data);
        let field = match key % 8 {
            0 => Field::Varint(varint(&mut data)),
            1 => Field::Double(f64::from_le_bytes(take(&mut data, 8).try_into().unwrap())),
            2 => {
                let length = varint(&mut data) as usize;
                Field::Bytes(take(&mut data, length))
            }
            5 => Field::Float(f32::from_le_bytes(take(&mut data, 4).try_into().unwrap())),
            other => panic!("wire type {other}"),
        };
        found.push((key / 8, field));
    }
    found
}

/// CRC-32C bit by bit, then TensorFlow's mask.
fn plain_masked_crc(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0x82f6_3b78 } else { 0 };
        }
    }
    let crc = !crc;
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

/// The messages of a file, each CRC checked.
fn messages(mut file: &[u8]) -> Vec<&[u8]> {
    let number = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
    let mut found = Vec::new();
    while !file.is_empty() {
        let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
        assert_eq!(number(&file[8..12]), plain_masked_crc(&file[..8]));
        let message = &file[12..12 + length];
        assert_eq!(number(&file[12 + length..16 + length]), plain_masked_crc(message));
        found.push(message);
        file = &file[16 + length..];
    }
    found
}

const RECORD: EpochRecord = EpochRecord {
    epoch: 300,
    lr: 0.5,
    train_loss: 2.25,
    train_accuracy: f64::NAN,
    val_loss: None,
    val_accuracy: Some(0.875),
    seconds: 1.0,
    images_per_second: 1.0,
};

#[test]
fn known_checksums() {
    // CRC-32C of "123456789" is e3069283, of 32 zeros 8a9136aa (RFC 3720 B.4).
    for (data, crc) in [(&b"123456789"[..], 0xe306_9283_u32), (&[0; 32][..], 0x8a91_36aa)] {
        assert_eq!(crc32c::crc32c(data), crc);
        assert_eq!(masked_crc(data), plain_masked_crc(data));
    }
}

#[test]
fn bytes_are_those_of_tensorboards_own_writer() {
    // From tensorboard 2.21: `RecordWriter.write(Event(wall_time=1.5, …).SerializeToString())`.
    let hex = |bytes: Vec<u8>| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
    assert_eq!(
        hex(frame(&file_version(1.5))),
        "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c"
    );
    assert_eq!(
        hex(frame(&session_start(1.5, 301))),
        "100000000000000095fbfe1809000000000000f83f10ad023a020801d17949d4"
    );
    let record = EpochRecord { train_accuracy: 0.75, ..RECORD };
    assert_eq!(
        hex(frame(&scalars(1.5, &record))),
        "5800000000000000a28b2f8c09000000000000f83f10ac022a4a0a090a026c72150000003f0a110a\
         0a4c6f73732f747261696e15000010400a150a0e41636375726163792f747261696e150000403f0a\
         130a0c41636375726163792f76616c150000603fd053c691"
    );
}

#[test]
fn a_resumed_run_decodes() {
    let folder = tempfile::tempdir().unwrap();
    let mut events = EventsFile::resume(folder.path(), 299).unwrap();
    events.append(&RECORD).unwrap();

    let file = fs::read(events.path()).unwrap();
    let events: Vec<_> = messages(&file).into_iter().map(fields).collect();
    assert_eq!(events.len(), 3);
    let now = now_secs();
    for event in &events {
        let Field::Double(time) = event[0].1 else { panic!("no time") };
        assert!(event[0].0 == 1 && (now - 60.0..=now).contains(&time));
    }
    assert_eq!(events[0][1], (3, Field::Bytes(b"brain.Event:2")));
    assert_eq!(events[1][1..], [(2, Field::Varint(300)), (7, Field::Bytes(&[0x08, 1]))]);
    assert_eq!(events[2][1], (2, Field::Varint(300)));
    let (5, Field::Bytes(summary)) = events[2][2] else { panic!("no summary") };

    let mut values = Vec::new();
    for (number, value) in fields(summary) {
        let (1, Field::Bytes(value)) = (number, value) else { panic!("no value") };
        let [(1, Field::Bytes(tag)), (2, Field::Float(value))] = fields(value)[..] else {
            panic!("no scalar")
        };
        values.push((str::from_utf8(tag).unwrap(), value));
    }
    assert_eq!(values[..2], [("lr", 0.5), ("Loss/train", 2.25)]);
    assert!(values[2].0 == "Accuracy/train" && values[2].1.is_nan());
    assert_eq!(values[3..], [("Accuracy/val", 0.875)]);
}

#[test]
fn names_are_tensorboards_and_never_taken() {
    let folder = tempfile::tempdir().unwrap();
    let first = EventsFile::create(folder.path()).unwrap();
    let second = EventsFile::create(folder.path()).unwrap();
    assert_ne!(first.path(), second.path());
    let name = first.path().file_name().unwrap().to_str().unwrap();
    let (seconds, rest) =
        name.strip_prefix("events.out.tfevents.").and_then(|rest| rest.split_once('.')).unwrap();
    assert_eq!(seconds.len(), 10);
    assert!(rest.ends_with(&format!(".{}.0", std::process::id())), "{name}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_with_the_path() {
    let file = File::options().write(true).open("/dev/full").unwrap();
    let mut events = EventsFile { path: "run/events".into(), file };
    let error = events.append(&RECORD).unwrap_err().to_string();
    assert!(error.starts_with("run/events: No space left on device"), "{error}");
}
