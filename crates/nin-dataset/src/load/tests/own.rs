//! Folders of the user's own files.

use std::fs;

use super::*;
use crate::idx::IdxData;

fn loaded(name: &str) -> LoadedDataset {
    load(&config(&set(name))).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(name: &str) -> String {
    let error = load(&config(&set(name))).expect_err(name);
    assert_eq!(error.kind(), ErrorKind::Data, "{error}");
    error.to_string()
}

#[test]
fn a_good_folder_is_read_whole() {
    let data = loaded("tiny_ok");
    assert_eq!((data.train.len(), data.test.len()), (40, 20));
    let all = |part: &LabeledImages| (0..part.len() as u32).collect::<Vec<_>>();
    assert_eq!(class_counts(&data.train.labels, &all(&data.train), 10), [4; 10]);
    assert_eq!(class_counts(&data.test.labels, &all(&data.test), 10), [2; 10]);
    assert_eq!(data.source, Source::Given(set("tiny_ok")));
    assert_eq!(data.class_names, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    let array = idx::read_file(&set("tiny_ok").join("train-images-idx3-ubyte")).unwrap();
    let IdxData::U8(bytes) = array.data else { panic!("not bytes") };
    assert_eq!(data.train.images.picture(39), &bytes[39 * 784..]);
}

#[test]
fn names_and_compression_do_not_matter() {
    let wanted = loaded("tiny_ok");
    // In the last, every unzipped file is cut and the .gz beside it is whole.
    for name in ["tiny_ok_gz", "dot_names", "raw_cut_gz_whole"] {
        let found = loaded(name);
        assert_eq!(
            (found.train, found.test),
            (wanted.train.clone(), wanted.test.clone()),
            "{name}"
        );
    }
}

#[test]
fn any_size_and_number_of_classes() {
    let images = loaded("px28x20").train.images;
    assert_eq!((images.height(), images.width(), images.channels()), (28, 20, 1));
    loaded("all_black");
    loaded("sorted");
    loaded("imbalanced");
    let letters = DataConfig { num_classes: 27, ..config(&set("letters_1_to_26")) };
    assert_eq!(load(&letters).unwrap().class_names.len(), 27);
}

#[test]
fn sets_that_do_not_fit_are_refused() {
    let cases = [
        ("label_10", "label 10 at index 39 of the train set, want 0..9"),
        ("label_10_in_test", "label 10 at index 19 of the test set, want 0..9"),
        ("count_mismatch", "the train set has 40 pictures but 39 labels"),
        ("train_images_test_labels", "the train set has 40 pictures but 20 labels"),
        ("train28_test20", "training pictures are 28x28 but test pictures are 20x20"),
        ("zero_train", "empty training set"),
        ("zero_test", "empty test set"),
    ];
    for (name, wanted) in cases {
        assert_eq!(refused(name), wanted, "{name}");
    }
    assert!(refused("swapped_files").ends_with("wrong rank: want 3 (pictures), found 1"));
}

#[test]
fn labels_from_1_are_hinted_at() {
    let config = DataConfig { num_classes: 26, ..config(&set("letters_1_to_26")) };
    let error = load(&config).unwrap_err().to_string();
    assert!(error.starts_with("label 26 at index "), "{error}");
    assert!(error.ends_with("want 0..25 (the labels seem to start at 1)"), "{error}");
}

#[test]
fn one_picture_makes_no_holdout() {
    let data = loaded("one_train");
    let config = DataConfig { val: 0.1, ..DataConfig::default() };
    let error = config.split(&data.train.labels, 42).unwrap_err();
    assert!(error.to_string().starts_with("holdout would be empty"), "{error}");
}

#[test]
fn a_missing_file_is_named_with_its_folder() {
    let error = refused("no_test_labels");
    assert!(error.starts_with(&set("no_test_labels").display().to_string()), "{error}");
    assert!(error.contains("t10k-labels-idx1-ubyte is missing"), "{error}");
}

#[test]
fn folders_that_are_none_are_refused() {
    let error = refused("none");
    assert!(error.contains("no such folder, nor a data set (fashion-mnist, mnist"), "{error}");
    let error = refused("..");
    assert!(
        error.ends_with("no IDX file such as train-images-idx3-ubyte there or in raw"),
        "{error}"
    );
    let error = refused("tiny_ok/train-labels-idx1-ubyte");
    assert!(error.ends_with("not a folder"), "{error}");
}

/// A copy of `tiny_ok` with one file replaced.
fn with_file(name: &str, content: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(set("tiny_ok")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    fs::write(folder.path().join(name), content).unwrap();
    folder
}

#[test]
fn pictures_that_are_no_bytes_or_empty_are_refused() {
    let idx = |name: &str| fs::read(set("../idx").join(name)).unwrap();
    let cases = [
        ("bad/f32_nan_pixel", "pictures of type f32 (0x0D) are not supported, want u8 (0x08)"),
        ("bad/f32_inf_pixel", "pictures of type f32 (0x0D) are not supported, want u8 (0x08)"),
        ("bad/rows_zero", "zero-sized image: 0x28"),
        ("bad/ndim_4", "wrong rank: want 3 (pictures), found 4"),
        ("good/images_zero", "the train set has 0 pictures but 40 labels"),
    ];
    for (name, wanted) in cases {
        let folder = with_file("train-images-idx3-ubyte", &idx(name));
        let error = load(&config(folder.path())).unwrap_err().to_string();
        assert!(error.ends_with(wanted), "{name}: {error}");
    }
}

#[test]
fn labels_may_be_of_any_integer_type() {
    let labels = loaded("tiny_ok").train.labels;
    let mut bytes = vec![0, 0, 0x0C, 1, 0, 0, 0, 40];
    bytes.extend(labels.iter().flat_map(|&label| label.to_be_bytes()));
    let folder = with_file("train-labels-idx1-ubyte", &bytes);
    assert_eq!(load(&config(folder.path())).unwrap().train.labels, labels);

    bytes[8..12].copy_from_slice(&(-1_i32).to_be_bytes());
    let folder = with_file("train-labels-idx1-ubyte", &bytes);
    let error = load(&config(folder.path())).unwrap_err();
    assert_eq!(error.to_string(), "label -1 at index 0 of the train set, want 0..9");

    bytes[2] = 0x0D;
    let folder = with_file("train-labels-idx1-ubyte", &bytes);
    let error = load(&config(folder.path())).unwrap_err().to_string();
    assert!(error.ends_with("labels of type f32 (0x0D) are not supported, want an integer type"));
}

#[test]
#[cfg(unix)]
fn odd_and_read_only_folders_work() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    let long = "a".repeat(200);
    for name in [b"d\xff '\"\n".as_slice(), b"two words", b"100%", b"-x", long.as_bytes()] {
        let folder = root.path().join(OsStr::from_bytes(name));
        fs::rename(with_file("note", b"").keep(), &folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
        let data = load(&config(&folder)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(data.source, Source::Given(folder.clone()));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn locate_reads_nothing() {
    let found = |name: &str| locate(&config(&set(name))).unwrap();
    assert_eq!(found("tiny_ok"), Location::Found(Source::Given(set("tiny_ok"))));
    assert_eq!(found("label_10"), Location::Found(Source::Given(set("label_10"))));
    let Location::Missing(report) = found("no_test_labels") else { panic!("found") };
    assert!(report.attempts[0].reason.starts_with("t10k-labels-idx1-ubyte is missing"));
    let sample = DataConfig { dataset: DatasetName::FashionMnistSample, ..DataConfig::default() };
    assert_eq!(locate(&sample).unwrap(), Location::Found(Source::Embedded));
    assert!(locate(&DataConfig { val: 2.0, ..sample }).is_err());
}

#[test]
fn pictures_stored_column_by_column_are_transposed_on_demand() {
    let idx = |name: &str| fs::read(set("../idx/good").join(name)).unwrap();
    let folder = with_file("train-images-idx3-ubyte", &idx("emnist_2x2_transposed"));
    fs::write(folder.path().join("t10k-images-idx3-ubyte"), idx("emnist_2x2_transposed")).unwrap();
    let one_label = [0, 0, 8, 1, 0, 0, 0, 1, 0];
    for name in ["train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"] {
        fs::write(folder.path().join(name), one_label).unwrap();
    }
    for (transpose, wanted) in [(false, [1, 2, 3, 4]), (true, [1, 3, 2, 4])] {
        let config = DataConfig { transpose, ..config(folder.path()) };
        let data = load(&config).unwrap();
        for part in [data.train, data.test] {
            assert_eq!(part.images.picture(0), wanted);
        }
    }
    let config = DataConfig { transpose: true, ..config(&set("px28x20")) };
    let images = load(&config).unwrap().train.images;
    assert_eq!((images.height(), images.width()), (20, 28));
}
