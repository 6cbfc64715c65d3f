use super::*;
use crate::ErrorKind;

fn parsed(text: &str) -> Result<AugmentConfig, toml::de::Error> {
    toml::from_str(text)
}

#[test]
fn an_empty_section_is_the_default_which_changes_nothing() {
    let default = AugmentConfig::default();
    assert_eq!(parsed("").unwrap(), default);
    assert!(!default.changes_training());
    assert_eq!(default.erase_area, [0.02, 0.33]);
    assert_eq!(default.erase_min_aspect, 0.3);
    assert!(default.validate(1).is_ok());
    assert_eq!(default.to_string(), "none");
}

#[test]
fn every_key_is_read_and_written() {
    let config = parsed(
        r#"
        small_epochs = 3
        small_size = 20
        flip = "Alternating"
        shift_px = 2
        shift_padding = "REFLECT"
        erase_probability = 0.5
        erase_area = [0.1, 0.2]
        erase_min_aspect = 0.75
        erase_fill = "zeros"
        average_flips = true
        "#,
    )
    .unwrap();
    let wanted = AugmentConfig {
        small_epochs: 3,
        small_size: 20,
        flip: Flip::Alternating,
        shift_px: 2,
        shift_padding: ShiftPadding::Reflect,
        erase_probability: 0.5,
        erase_area: [0.1, 0.2],
        erase_min_aspect: 0.75,
        erase_fill: EraseFill::Zeros,
        average_flips: true,
    };
    assert_eq!(config, wanted);
    for config in [wanted, AugmentConfig::default()] {
        assert_eq!(parsed(&toml::to_string(&config).unwrap()).unwrap(), config);
    }
}

#[test]
fn words_are_read_in_any_spelling() {
    let flips = ["none", "random", "alternating"];
    assert_eq!(flips.map(|word| word.parse::<Flip>().unwrap().to_string()), flips);
    for (text, wanted) in [("RANDOM", Flip::Random), ("Alter-nating", Flip::Alternating)] {
        assert_eq!(text.parse::<Flip>().unwrap(), wanted);
    }
    for word in ["zeros", "reflect"] {
        assert_eq!(word.parse::<ShiftPadding>().unwrap().to_string(), word);
    }
    for word in ["noise", "zeros"] {
        assert_eq!(word.parse::<EraseFill>().unwrap().to_string(), word);
    }
}

#[test]
fn unknown_keys_and_words_are_errors() {
    let cases = [
        ("flips = \"random\"", "unknown field `flips`"),
        ("flip = \"on\"", "flip: want none or random or alternating, found \"on\""),
        ("shift_padding = \"edge\"", "shift_padding: want zeros or reflect, found \"edge\""),
        ("erase_fill = \"mean\"", "erase_fill: want noise or zeros, found \"mean\""),
        ("shift_px = -1", "shift_px"),
        ("erase_area = [0.1]", "erase_area"),
    ];
    for (text, wanted) in cases {
        let error = parsed(text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text}: {error}");
    }
}

#[test]
fn values_that_cannot_be_used_are_usage_errors() {
    let default = AugmentConfig::default;
    let with_probability =
        |erase_probability| AugmentConfig { erase_probability, ..AugmentConfig::default() };
    let with_area = |erase_area| AugmentConfig { erase_area, ..AugmentConfig::default() };
    let with_aspect =
        |erase_min_aspect| AugmentConfig { erase_min_aspect, ..AugmentConfig::default() };
    let with_small =
        |small_size| AugmentConfig { small_epochs: 1, small_size, ..AugmentConfig::default() };
    let small = "small_size: want 1 to the image size 28, found";
    let area = "erase_area: want 0 < smallest <= largest <= 1, found";
    let aspect = "erase_min_aspect: want a number in (0, 1], found";
    let probability = "erase_probability: want a number in [0, 1], found";
    let cases = [
        (
            AugmentConfig { shift_px: 28, ..default() },
            "shift_px: want less than the image size 28, found 28".into(),
        ),
        (
            AugmentConfig { shift_px: 29, shift_padding: ShiftPadding::Reflect, ..default() },
            "shift_px: want less than the image size 28, found 29".into(),
        ),
        (with_small(0), format!("{small} 0")),
        (with_small(29), format!("{small} 29")),
        (
            AugmentConfig { shift_px: 20, ..with_small(20) },
            "shift_px: want less than the image size 20, found 20".into(),
        ),
        (with_probability(-0.1), format!("{probability} -0.1")),
        (with_probability(1.1), format!("{probability} 1.1")),
        (with_probability(f64::NAN), format!("{probability} NaN")),
        (with_area([0.0, 0.5]), format!("{area} [0, 0.5]")),
        (with_area([0.5, 0.4]), format!("{area} [0.5, 0.4]")),
        (with_area([0.5, 1.5]), format!("{area} [0.5, 1.5]")),
        (with_area([f64::NAN, 0.5]), format!("{area} [NaN, 0.5]")),
        (with_area([0.5, f64::NAN]), format!("{area} [0.5, NaN]")),
        (with_aspect(0.0), format!("{aspect} 0")),
        (with_aspect(1.5), format!("{aspect} 1.5")),
        (with_aspect(f64::NAN), format!("{aspect} NaN")),
    ];
    for (config, wanted) in cases {
        let error = config.validate(28).unwrap_err();
        assert_eq!((error.to_string(), error.kind()), (wanted, ErrorKind::Usage));
    }
}

#[test]
fn the_ends_of_the_ranges_can_be_used() {
    for (erase_probability, erase_area, erase_min_aspect) in
        [(0.0, [1e-9, 1e-9], 1e-9), (1.0, [1.0, 1.0], 1.0)]
    {
        let config = AugmentConfig {
            small_epochs: 1,
            small_size: 28,
            shift_px: 27,
            erase_probability,
            erase_area,
            erase_min_aspect,
            ..AugmentConfig::default()
        };
        config.validate(28).unwrap();
    }
}

#[test]
fn what_is_on_is_listed() {
    let mut config = AugmentConfig { average_flips: true, ..AugmentConfig::default() };
    assert!(!config.changes_training(), "it acts on validation and test");
    assert_eq!(config.to_string(), "average flips");
    config = AugmentConfig { flip: Flip::Alternating, shift_px: 2, ..AugmentConfig::default() };
    config.erase_probability = 0.5;
    assert_eq!(config.to_string(), "flip alternating, shift 2 px, erase 0.5");
    config = AugmentConfig { small_epochs: 1, small_size: 20, ..config };
    assert_eq!(config.to_string(), "20 px for 1 epoch, flip alternating, shift 2 px, erase 0.5");
    config.small_epochs = 2;
    assert_eq!(config.to_string(), "20 px for 2 epochs, flip alternating, shift 2 px, erase 0.5");
    config.small_epochs = 0;
    config.shift_padding = ShiftPadding::Reflect;
    config.erase_fill = EraseFill::Zeros;
    assert_eq!(config.to_string(), "flip alternating, shift 2 px reflect, erase 0.5 zeros");
    for on in [
        AugmentConfig { flip: Flip::Random, ..AugmentConfig::default() },
        AugmentConfig { shift_px: 1, ..AugmentConfig::default() },
        AugmentConfig { erase_probability: 0.1, ..AugmentConfig::default() },
    ] {
        assert!(on.changes_training(), "{on}");
    }
}
