use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn good(name: &str) -> IdxArray {
    read_file(&data(name)).unwrap_or_else(|error| panic!("{error}"))
}

/// The message of the error without the path, which must begin it.
fn bad(name: &str) -> String {
    let path = data(name);
    let started = Instant::now();
    let error = read_file(&path).expect_err(name).to_string();
    assert!(started.elapsed() < Duration::from_secs(1), "{name} took {:?}", started.elapsed());
    error.strip_prefix(&format!("{}: ", path.display())).expect("the path").into()
}

#[test]
fn shapes_and_values_are_those_stored() {
    let images = good("idx/good/images_2x2x3");
    assert_eq!(images.dims, [2, 2, 3]);
    assert_eq!(images.data, IdxData::U8((0..12).collect()));
    assert_eq!(good("idx/good/images_1x1").dims, [3, 1, 1]);
    assert_eq!(good("idx/good/images_nonsquare").dims, [2, 3, 5]);
    assert_eq!(good("idx/good/images_zero").dims, [0, 28, 28]);
    let labels = IdxArray { dims: vec![4], data: IdxData::U8(vec![0, 1, 9, 3]) };
    assert_eq!(good("idx/good/labels_4"), labels);
    // EMNIST stores pictures transposed; they are read as stored.
    let emnist = good("idx/good/emnist_2x2_transposed");
    assert_eq!(emnist.data, IdxData::U8(vec![1, 2, 3, 4]));
}

#[test]
fn every_element_type_is_read_exactly() {
    let cases = [
        ("dtype_08_u8", IdxData::U8(vec![0, 1, 2, 255])),
        ("dtype_09_i8", IdxData::I8(vec![0, 1, 2, -1])),
        ("dtype_0B_i16", IdxData::I16(vec![0, 1, 2, -1])),
        ("dtype_0C_i32", IdxData::I32(vec![0, 1, 2, -1])),
        ("dtype_0D_f32", IdxData::F32(vec![0.0, 1.0, 2.0, -1.0])),
        ("dtype_0E_f64", IdxData::F64(vec![0.0, 1.0, 2.0, -1.0])),
    ];
    for (name, wanted) in cases {
        let array = good(&format!("idx/good/{name}"));
        assert_eq!((array.dims, array.data), (vec![4], wanted), "{name}");
    }
    assert_eq!(good("idx/good/dtype_0B_i16").data.type_name(), "i16 (0x0B)");
}

#[test]
fn bad_files_say_what_was_wanted_and_found() {
    let cases = [
        ("empty_file", "truncated header: want 4 bytes, found 0"),
        ("header_3_bytes", "truncated header: want 4 bytes, found 3"),
        ("header_no_dims", "truncated header: want 16 bytes, found 4"),
        ("header_2_of_3_dims", "truncated header: want 16 bytes, found 12"),
        ("data_one_byte_short", "truncated data: want 12 bytes, found 11"),
        ("data_half", "truncated data: want 12 bytes, found 6"),
        ("dims_claim_1_7_TB", "truncated data: want 1683627179248 bytes, found 784"),
        ("dims_product_wraps_u32", "truncated data: want 4294967296 bytes, found 0"),
        ("dims_little_endian", "size overflow: "),
        ("dims_product_over_u64", "size overflow: "),
        ("magic_first_byte_61", "bad magic 61 00 08 03, want 00 00 <type> <rank>"),
        ("magic_second_byte_01", "bad magic 00 01 08 03"),
        ("all_little_endian", "bad magic 03 08 00 00, want 00 00 <type> <rank>; the byte order"),
        (
            "html_page",
            "bad magic 3c 21 44 4f, want 00 00 <type> <rank>: neither gzip nor IDX, looks like HTML",
        ),
        ("dtype_00", "unsupported dtype 0x00"),
        ("dtype_0A", "unsupported dtype 0x0A"),
        ("dtype_0F", "unsupported dtype 0x0F"),
        ("ndim_0", "wrong rank: want at least 1, found 0"),
        ("trailing_1_byte", "trailing data: 1 bytes too many"),
        ("trailing_second_file", "trailing data: 28 bytes too many"),
    ];
    for (name, wanted) in cases {
        let found = bad(&format!("idx/bad/{name}"));
        assert!(found.starts_with(wanted), "{name}: {found}");
    }
}

#[test]
fn another_rank_than_asked_for_is_an_error() {
    let cases = [("labels_given_as_images", 1), ("ndim_4", 4), ("ndim_255", 255)];
    for (name, rank) in cases {
        let array = good(&format!("idx/bad/{name}"));
        let problem = array.expect_rank(3, "3 (pictures)").unwrap_err();
        assert_eq!(problem.to_string(), format!("wrong rank: want 3 (pictures), found {rank}"));
    }
    let images = good("idx/bad/images_given_as_labels");
    let problem = images.expect_rank(1, "1 (labels)").unwrap_err();
    assert_eq!(problem.to_string(), "wrong rank: want 1 (labels), found 3");
}

#[test]
fn gzip_or_plain_is_decided_by_content() {
    let wanted = good("idx/good/images_2x2x3");
    let names = [
        "good.gz",
        "good_stored_level0.gz",
        "good_all_header_fields.gz",
        "raw_named.gz",
        "gz_named_raw",
        "fname_traversal.gz",
    ];
    for name in names {
        assert_eq!(good(&format!("gz/{name}")), wanted, "{name}");
    }
    assert!(!data("outside").exists() && !data("../outside").exists());
}

#[test]
fn bad_gzip_is_called_by_its_fault() {
    let cases = [
        ("cut_half.gz", "truncated gzip"),
        ("cut_trailer_4.gz", "truncated gzip"),
        ("cut_to_header.gz", "truncated gzip"),
        ("empty.gz", "truncated gzip"),
        ("crc_wrong.gz", "corrupt gzip: "),
        ("isize_wrong.gz", "corrupt gzip: "),
        ("one_bit_flipped.gz", "corrupt gzip: "),
        ("twice.gz", "bad magic 1f 8b 08 00, want 00 00 <type> <rank>; gzipped twice"),
        ("html.gz", "bad magic 3c 21 "),
        (
            "git_lfs_pointer.gz",
            "bad magic 76 65 72 73, want 00 00 <type> <rank>: neither gzip nor IDX, looks like a Git LFS",
        ),
        ("trailing_garbage.gz", "trailing data after the gzip stream"),
        ("trailing_zeros.gz", "trailing data after the gzip stream"),
        ("bomb.gz", "trailing data: at least 4096 bytes too many"),
    ];
    for (name, wanted) in cases {
        let found = bad(&format!("gz/{name}"));
        assert!(found.starts_with(wanted), "{name}: {found}");
    }
}

#[test]
fn a_missing_file_is_named() {
    assert!(bad("idx/none").starts_with("cannot read: "));
}

#[test]
fn endless_data_are_not_read_to_their_end() {
    let header = [0, 0, 8, 1, 0, 0, 0, 2];
    let problem = read(header.chain(std::io::repeat(0))).unwrap_err();
    let found = COUNTED_TRAILING_BYTES;
    assert!(
        matches!(problem, IdxProblem::TrailingData { found: f, counted_all: false } if f == found)
    );
}

#[test]
fn honest_data_without_measure_are_not_read_to_their_end() {
    let zeros = gzipped(&encoded(&[250, 200], &[0; 50_000]));
    assert!(read_at_most(&*zeros, 50_000).is_ok());
    let error = read_at_most(&*zeros, 49_999).unwrap_err();
    assert_eq!(error.to_string(), "too large: want 50000 bytes, at most 49999 are read");
}

#[test]
fn faults_of_the_reader_are_passed_on() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let problem = read([0, 0, 8, 1, 0, 0, 0, 9].chain(Failing)).unwrap_err();
    assert_eq!(problem.to_string(), "cannot read: the disk is gone");
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn encoded(dims: &[u8], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, dims.len() as u8];
    bytes.extend(dims.iter().flat_map(|&dim| u32::from(dim).to_be_bytes()));
    bytes.extend(values);
    bytes
}

proptest! {
    #[test]
    fn what_was_written_is_read(
        dims in proptest::collection::vec(0_u8..6, 1..5),
        values in proptest::collection::vec(any::<u8>(), 5 * 5 * 5 * 5),
        member_size in 1_usize..100,
    ) {
        let count = dims.iter().map(|&dim| usize::from(dim)).product();
        let bytes = encoded(&dims, &values[..count]);
        let wanted = IdxArray {
            dims: dims.iter().map(|&dim| dim.into()).collect(),
            data: IdxData::U8(values[..count].into()),
        };
        prop_assert_eq!(&read(bytes.as_slice()).unwrap(), &wanted);
        let members: Vec<u8> = bytes.chunks(member_size).flat_map(gzipped).collect();
        prop_assert_eq!(&read(members.as_slice()).unwrap(), &wanted);
    }

    #[test]
    fn every_cut_is_an_error(cut in 0_usize..10_000) {
        let plain = encoded(&[2, 3, 4], &[7; 24]);
        let zipped = gzipped(&plain);
        prop_assert!(read(&plain[..cut % plain.len()]).is_err());
        prop_assert!(read(&zipped[..cut % zipped.len()]).is_err());
    }

    #[test]
    fn noise_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(bytes.as_slice());
        let _ = read([&[0x1f, 0x8b, 8, 0], bytes.as_slice()].concat().as_slice());
        let _ = read([&[0, 0, 8, 3, 0, 0], bytes.as_slice()].concat().as_slice());
    }
}
