use super::*;

const NAMES: [&str; 3] = ["Bag", "T-shirt/top", "Øl"];

/// Three bags, one of them taken for a shirt; twelve shirts; no Øl.
fn confusion() -> Confusion {
    let mut confusion = Confusion::new(3);
    let scores = [[1.0, 0.0, 0.0], [0.0, 2.0, 1.0]];
    let [bag, shirt] = scores;
    confusion.add(&[bag, bag, shirt].concat(), &[0, 0, 0]);
    confusion.add(&[shirt; 12].concat(), &[1; 12]);
    confusion
}

fn names() -> Vec<String> {
    NAMES.map(str::to_owned).into()
}

#[test]
fn a_class_without_pictures_has_no_accuracy() {
    let wanted = "\
class        correct  of      accuracy
Bag                2  3       66.67%
T-shirt/top       12  12      100.00%
Øl                 0  0       n/a (0 samples)
";
    assert_eq!(class_table(&names(), &confusion()), wanted);
}

#[test]
fn confusions_have_a_row_for_each_label() {
    let wanted = "\
class        predicted as class number
               0  1  2
Bag            2  1  0
T-shirt/top    0 12  0
Øl             0  0  0
";
    assert_eq!(confusion_table(&names(), &confusion()), wanted);
}

#[test]
fn parts_are_read_in_any_case() {
    assert_eq!("Val".parse(), Ok(Part::Val));
    assert_eq!("train".parse(), Ok(Part::Train));
    assert_eq!(Part::default(), Part::Test);
    assert_eq!("all".parse::<Part>(), Err("want test, val or train, got \"all\"".to_owned()));
}
