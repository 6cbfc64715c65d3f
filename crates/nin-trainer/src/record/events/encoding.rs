//! The bytes of an event file.
//!
//! A file is a row of TFRecords, each `length: u64`, masked CRC-32C of those
//! eight bytes, the bytes, masked CRC-32C of the bytes, all little-endian.
//! Each record is a protocol buffer `Event`; the few fields used here are
//! encoded by hand, which keeps a code generator out of the build.
//!
//! Source: `tensorflow/core/lib/io/record_writer.h` for the framing,
//! `tensorflow/core/util/event.proto` and `framework/summary.proto` for the fields.

use super::super::EpochRecord;

/// `Event { wall_time = 1, file_version = 3 }`
pub(super) fn file_version(wall_time: f64) -> Vec<u8> {
    let mut event = Message::default();
    event.double(1, wall_time);
    event.bytes(3, b"brain.Event:2");
    event.0
}

/// `Event { wall_time = 1, step = 2, session_log = 7 { status = 1: START } }`
pub(super) fn session_start(wall_time: f64, step: i64) -> Vec<u8> {
    let mut session_log = Message::default();
    session_log.int64(1, 1);
    let mut event = Message::default();
    event.double(1, wall_time);
    event.int64(2, step);
    event.bytes(7, &session_log.0);
    event.0
}

/// `Event { wall_time = 1, step = 2, summary = 5 { value = 1 { tag = 1, simple_value = 2 } … } }`
pub(super) fn scalars(wall_time: f64, record: &EpochRecord) -> Vec<u8> {
    let values = [
        ("lr", Some(record.lr)),
        ("Loss/train", Some(record.train_loss)),
        ("Loss/val", record.val_loss),
        ("Accuracy/train", Some(record.train_accuracy)),
        ("Accuracy/val", record.val_accuracy),
    ];
    let mut summary = Message::default();
    for (tag, value) in values {
        let Some(value) = value else { continue };
        let mut entry = Message::default();
        entry.bytes(1, tag.as_bytes());
        entry.float(2, value as f32);
        summary.bytes(1, &entry.0);
    }
    let mut event = Message::default();
    event.double(1, wall_time);
    event.int64(2, i64::from(record.epoch));
    event.bytes(5, &summary.0);
    event.0
}

/// A protocol buffer message under construction. Each field is its number and
/// wire type in one varint, then the value.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn double(&mut self, field: u64, value: f64) {
        self.varint(field << 3 | 1);
        self.0.extend(value.to_le_bytes());
    }

    fn float(&mut self, field: u64, value: f32) {
        self.varint(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
    }

    fn int64(&mut self, field: u64, value: i64) {
        self.varint(field << 3);
        self.varint(value.cast_unsigned());
    }

    fn bytes(&mut self, field: u64, value: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
    }

    /// Seven bits a byte, lowest first, the top bit set on all but the last.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

/// One TFRecord.
pub(super) fn frame(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    let mut record = Vec::with_capacity(data.len() + 16);
    record.extend(length);
    record.extend(masked_crc(&length).to_le_bytes());
    record.extend(data);
    record.extend(masked_crc(data).to_le_bytes());
    record
}

/// A CRC-32C rotated and shifted, so that a CRC over data that hold CRCs does
/// not degenerate (`tensorflow/core/lib/hash/crc32c.h`).
pub(super) fn masked_crc(data: &[u8]) -> u32 {
    crc32c::crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}
