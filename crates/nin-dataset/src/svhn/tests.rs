use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use proptest::prelude::*;

use super::*;

/// A file written by SciPy: two pictures of [`pixel`] with the labels 10 and 3.
fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/svhn");
    std::fs::read(folder.join(name)).unwrap()
}

fn pixel(n: usize, row: usize, column: usize, channel: usize) -> u8 {
    (7 * row + 3 * column + 50 * channel + 100 * n) as u8
}

fn element(kind: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = [kind.to_le_bytes(), (data.len() as u32).to_le_bytes()].concat();
    bytes.extend_from_slice(data);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

fn array(name: &str, dims: &[i32], kind: u32, data: &[u8]) -> Vec<u8> {
    let dims: Vec<u8> = dims.iter().flat_map(|dim| dim.to_le_bytes()).collect();
    let parts = [
        element(6, &[9, 0, 0, 0, 0, 0, 0, 0]),
        element(5, &dims),
        element(1, name.as_bytes()),
        element(kind, data),
    ];
    element(14, &parts.concat())
}

fn zipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    let zipped = encoder.finish().unwrap();
    // Compressed elements are not padded.
    [&15_u32.to_le_bytes(), &(zipped.len() as u32).to_le_bytes(), zipped.as_slice()].concat()
}

fn file(elements: &[Vec<u8>]) -> Vec<u8> {
    let mut header = vec![b' '; 124];
    header.extend([0, 1, b'I', b'M']);
    [header, elements.concat()].concat()
}

fn pictures(count: usize) -> Vec<u8> {
    array("X", &[32, 32, 3, count as i32], 2, &vec![7; count * 3072])
}

fn refused(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

#[test]
fn files_of_scipy_are_read() {
    for name in ["zipped_u8.mat", "plain_double.mat"] {
        let found = read(fixture(name).as_slice()).unwrap();
        assert_eq!(found.labels, [0, 3], "{name}");
        let images = found.images;
        assert_eq!((images.count(), images.channels()), (2, 3));
        for (n, row, column, channel) in
            [(0, 0, 0, 0), (0, 31, 0, 1), (1, 2, 30, 2), (1, 31, 31, 0)]
        {
            let value = images.picture(n)[(row * 32 + column) * 3 + channel];
            assert_eq!(value, pixel(n, row, column, channel), "{name} {n} {row} {column}");
        }
    }
}

#[test]
fn one_picture_needs_no_fourth_dimension() {
    let x = array("X", &[32, 32, 3], 2, &[7; 3072]);
    let found = read(file(&[x, array("y", &[1, 1], 3, &[10, 0])]).as_slice()).unwrap();
    assert_eq!((found.images.count(), found.labels), (1, vec![0]));
}

#[test]
fn other_arrays_and_elements_are_passed_over() {
    let other = array("extra", &[3, 1], 2, &[1, 2, 3]);
    let elements = [
        zipped(&other),
        element(99, &[0; 13]),
        other,
        zipped(&array("y", &[2, 1], 2, &[1, 9])),
        pictures(2),
    ];
    assert_eq!(read(file(&elements).as_slice()).unwrap().labels, [1, 9]);
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let y = |kind, data: &[u8]| array("y", &[2, 1], kind, data);
    let x = |dims: &[i32], kind, bytes| array("X", dims, kind, &vec![0; bytes]);
    let with = |x, y| refused(&file(&[x, y]));
    let good = || y(2, &[1, 2]);
    assert_eq!(refused(&file(&[pictures(2)])), "no array y in the file");
    assert_eq!(
        with(x(&[32, 31, 3, 2], 2, 6144), good()),
        "bad MAT file: dimensions of X: want [32, 32, 3, N], found [32, 31, 3, 2]"
    );
    assert_eq!(
        with(x(&[32, 32, 3, 3], 2, 6144), good()),
        "bad MAT file: data of X: want 9216 bytes, found 6144 bytes"
    );
    assert_eq!(
        with(x(&[32, 32, 3, -1], 2, 6144), good()),
        "bad MAT file: dimensions of X: want none below 0, found one below 0"
    );
    assert_eq!(
        with(x(&[32, 32, 3, 2], 9, 6144), good()),
        "bad MAT file: data of X: want unsigned bytes (type 2), found type 9"
    );
    assert_eq!(
        with(pictures(2), y(9, &[0; 8])),
        "bad MAT file: data of y: want 16 bytes, found 8 bytes"
    );
    assert_eq!(
        with(pictures(2), y(18, &[0; 8])),
        "bad MAT file: data of y: want integers or doubles, found type 18"
    );
    let halves = [1.0_f64.to_le_bytes(), 2.5_f64.to_le_bytes()].concat();
    assert_eq!(
        with(pictures(2), y(9, &halves)),
        "bad MAT file: label at index 1: want a digit, found 2.5"
    );
}

#[test]
fn headers_of_other_formats_are_named() {
    let header = |end: [u8; 4]| [vec![b'M'; 124], end.to_vec()].concat();
    let cases = [
        (b"<html>".to_vec(), "no MAT file of version 5: its header is cut"),
        (header(*b"    "), "no MAT file of version 5"),
        (
            header([0, 2, b'I', b'M']),
            "no MAT file of version 5: this is version 7.3, which is HDF5",
        ),
        (header([1, 0, b'M', b'I']), "no MAT file of version 5: its byte order is big-endian"),
    ];
    for (bytes, wanted) in cases {
        assert_eq!(refused(&bytes), wanted);
    }
}

/// Claims of sizes that are not there, and data that unzip to more than fits.
#[test]
fn absurd_sizes_take_no_memory() {
    let mut claimed = array("X", &[32, 32, 3, 700_000], 2, &[]);
    let tag = claimed.len() - 4;
    claimed[tag..].copy_from_slice(&(700_000_u32 * 3072).to_le_bytes());
    let element_bytes = claimed.len() as u32 - 8 + 700_000 * 3072;
    claimed[4..8].copy_from_slice(&element_bytes.to_le_bytes());
    let wanted = "too large: data of X has 2150400000 bytes, want at most 268435456";
    assert_eq!(refused(&file(&[claimed.clone()])), wanted);
    assert_eq!(refused(&file(&[zipped(&claimed)])), wanted);

    // Zipped they are a thousandth of that; as numbers they would be eight times as many bytes.
    let labels = array("y", &[(1 << 20) + 1, 1], 2, &[1; (1 << 20) + 1]);
    let wanted = "too large: data of y has 1048577 bytes, want at most 1048576";
    assert_eq!(refused(&file(&[zipped(&labels)])), wanted);

    let rest = [array("y", &[2, 1], 2, &[1, 2]), vec![0; 1 << 20]].concat();
    assert!(refused(&file(&[zipped(&rest)])).starts_with("too large: rest of a compressed array"));
    // An element zipped twice is no array.
    let twice = zipped(&zipped(&pictures(2)));
    assert_eq!(refused(&file(&[twice])), "no array X in the file");
}

#[test]
fn a_wrong_checksum_is_seen() {
    let mut bytes = fixture("zipped_u8.mat");
    // The first element ends with the checksum of X.
    let length = u32::from_le_bytes(bytes[132..136].try_into().unwrap()) as usize;
    bytes[136 + length - 1] ^= 1;
    assert!(refused(&bytes).starts_with("corrupt MAT file: "), "{}", refused(&bytes));
}

#[test]
fn every_cut_is_an_error() {
    for name in ["zipped_u8.mat", "plain_double.mat"] {
        let bytes = fixture(name);
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_err(), "{name} cut to {length} bytes");
        }
    }
}

proptest! {
    #[test]
    fn damage_never_panics(
        plain in any::<bool>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = fixture(if plain { "plain_double.mat" } else { "zipped_u8.mat" });
        // Of the plain file, what is not pixels.
        let end = if plain { 0x178 } else { bytes.len() };
        for (index, value) in changes {
            bytes[index.index(end)] = value;
        }
        let _ = read(bytes.as_slice());
    }

    #[test]
    fn random_elements_never_panic(elements in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(file(std::slice::from_ref(&elements)).as_slice());
        let _ = read(file(&[element(14, &elements)]).as_slice());
        let _ = read(file(&[zipped(&elements)]).as_slice());
    }
}
