//! The weights in `pretrained`: they load without a flag and reach what their cards
//! say of the pictures that every program carries.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Place, ended};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pretrained")
}

/// Names of the files with this ending, in order.
fn names(ending: &str) -> Vec<String> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|found| found == ending));
    let mut names: Vec<_> =
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn each_has_a_card() {
    let weights = names("safetensors");
    assert!(!weights.is_empty());
    let cards: Vec<_> = names("md").into_iter().filter(|name| name != "README").collect();
    assert_eq!(weights, cards);
}

#[test]
fn each_has_the_figure_of_its_card_on_the_sample() {
    let place = Place::new();
    let mut compared = 0;
    for name in names("safetensors") {
        let mut test = place.nin_test(folder().join(format!("{name}.safetensors")));
        let ended = ended(test.args(["--dataset", "fashion-mnist-sample"])).well();
        let last = ended.out.lines().last().unwrap();
        let percent = last.strip_prefix("Accuracy of the model on the 1000 test images: ").unwrap();
        let card = fs::read_to_string(folder().join(format!("{name}.md"))).unwrap();
        // Digits are no garments: not every card says something of the sample.
        let row = "| the sample's 1,000 test pictures | ";
        if let Some((_, figure)) = card.split_once(row) {
            assert!(figure.starts_with(&percent.replace('%', " % |")), "{name}: {percent}");
            compared += 1;
        }
    }
    assert!(compared > 0);
}
