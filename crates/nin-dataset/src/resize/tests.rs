use proptest::prelude::*;

use super::*;
use crate::digest::sha256;

fn formula((height, width): (usize, usize), channels: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for y in 0..height {
        for x in 0..width {
            bytes.extend((0..channels).map(|c| (37 * x + 91 * y + x * y + 101 * c) as u8));
        }
    }
    bytes
}

fn pattern() -> Vec<u8> {
    formula((28, 28), 1)
}

fn resized(picture: &[u8], from: (usize, usize), to: (usize, usize), channels: usize) -> Vec<u8> {
    let mut resizer = Resizer::new(from, to, channels);
    let mut out = vec![0xAA; resizer.output_bytes()];
    resizer.resize(picture, &mut out);
    out
}

/// Made with Pillow 13.0.0.
#[test]
fn every_byte_equals_pillow() {
    let input = pattern();
    let digest = "3de01fa32ab078c82afe15adc4119c5a90229e714a93b8ad103e628aaccf316a";
    assert_eq!(sha256(&input), digest);
    let cases = [
        (224, "d7b371ed1bb34e9c4a26a52c5d342da9006a7cc489009b1b13e648bab806d86c"),
        (56, "5d67b6307bc8bd12025272bf4b4c24e2094ac0aa69ac38454a06b75e705c6890"),
        (32, "88c93f3ab91eec25af538fa8644d7ef43248614d0b97339953c43e9330d03bd1"),
        (14, "410b25ab851ad803e276a112b18c764f813967789258e586dbd74bb28646b9b9"),
    ];
    for (size, wanted) in cases {
        assert_eq!(sha256(&resized(&input, (28, 28), (size, size), 1)), wanted, "to {size}");
    }
}

/// Made with Pillow 13.0.0: (37x + 91y + xy + 101c) mod 256 at odd sizes, grey
/// and in colour.
#[test]
fn odd_sizes_and_colour_equal_pillow() {
    #[rustfmt::skip]
    let cases = [
        ((28, 20), (32, 32), "5647f90af64e55ce0b25a61b5f2f667960e87647f049ab186896c822eae802b1", "456925257338ad18cdd1e6ab6e904552375738e622c645908ae5955c4a1d6073"),
        ((33, 57), (20, 11), "07d85bf9cecab817049394577de82d7082597f78f588b8192ed69a1d8ef07fa3", "f9e56bd23c55d7d96c9f1b5db74f7be7b5bbbc79de2c98fd955fd3ad6cee9e98"),
        ((1, 1), (5, 3), "5322fecfc92a5e3248a297a3df3eddfb9bd9049504272e4f572b87fa36d4b3bd", "2f313f34aa7d9e1eca938eab27f2b9761d56c0c78ed50c623f8daf86ee472c16"),
        ((3, 5), (7, 64), "ec736ab1078858fcede470ca1fc3fa26b5fde18af996caed549f98180b81598e", "858d3eae8fadc8ee198c697b52c16fbb1a83967f4a73ab18a9c31cb5e5786f93"),
        ((28, 28), (27, 28), "e86088c36c76a974c855a8bd08ea81576c7a53bc404cd8fb401ffb6a5230fe9e", "a2ba8efaab4143139fd699a148ed05a272776374427cf87dfa754487e6e9d92b"),
        ((28, 28), (28, 29), "bfdad045e868d68990ffafa76251a980348bef3a04ff6c9b83a22dd33d06c898", "5eeedbafda5df91990f0bd833a19a0df060eb4cf7a3695c0ceda19d2d6d1a2e3"),
        ((7, 7), (1, 1), "594e519ae499312b29433b7dd8a97ff068defcba9755b6d5d00e84c524d67b06", "f0fb782690543e3a50df0750c8d4ee57ce612087320e544592f43b27383e0bff"),
    ];
    for (from, to, grey, colour) in cases {
        for (channels, wanted) in [(1, grey), (3, colour)] {
            let picture = formula(from, channels);
            let found = sha256(&resized(&picture, from, to, channels));
            assert_eq!(found, wanted, "{from:?} to {to:?}, {channels} channels");
        }
    }
}

#[test]
fn values_at_224_equal_pillow() {
    let out = resized(&pattern(), (28, 28), (224, 224), 1);
    let row_0 =
        [0, 0, 0, 0, 2, 7, 12, 16, 21, 25, 30, 35, 39, 44, 49, 53, 58, 62, 67, 72, 76, 81, 86, 90];
    assert_eq!(out[..24], row_0);
    let row_100 = [152, 156, 161, 165, 169, 173, 178, 182, 187, 193, 199, 205, 212, 218, 224, 230];
    assert_eq!(out[100 * 224 + 100..][..16], row_100);
}

#[test]
#[should_panic(expected = "sizes must be at least 1")]
fn a_size_of_zero_panics() {
    Resizer::new((28, 28), (0, 28), 1);
}

/// The same rule written pixel by pixel, with none of the code above.
fn plain(picture: &[u8], from: (usize, usize), to: (usize, usize), channels: usize) -> Vec<u8> {
    let filter = |x: f64| if x.abs() < 1.0 { 1.0 - x.abs() } else { 0.0 };
    let axis = |get: &dyn Fn(usize) -> u8, input: usize, output: usize, at: usize| -> u8 {
        let scale = input as f64 / output as f64;
        let filter_scale = if scale < 1.0 { 1.0 } else { scale };
        let centre = (at as f64 + 0.5) * scale;
        let begin = ((centre - filter_scale + 0.5) as i64).max(0);
        let end = ((centre + filter_scale + 0.5) as i64).min(input as i64);
        let inverse = 1.0 / filter_scale;
        let weight = |x: i64| filter((x as f64 - centre + 0.5) * inverse);
        let total = (begin..end).map(weight).fold(0.0, |sum, w| sum + w);
        let sum = (begin..end).fold(1_i64 << 21, |sum, x| {
            let fixed = (0.5 + weight(x) / total * 4_194_304.0).floor() as i64;
            sum + fixed * i64::from(get(x as usize))
        });
        (sum >> 22).clamp(0, 255) as u8
    };
    let mut between = vec![0; from.0 * to.1 * channels];
    for y in 0..from.0 {
        for x in 0..to.1 {
            for c in 0..channels {
                let get = |input: usize| picture[(y * from.1 + input) * channels + c];
                between[(y * to.1 + x) * channels + c] = axis(&get, from.1, to.1, x);
            }
        }
    }
    let mut out = vec![0; to.0 * to.1 * channels];
    for y in 0..to.0 {
        for x in 0..to.1 {
            for c in 0..channels {
                let get = |input: usize| between[(input * to.1 + x) * channels + c];
                out[(y * to.1 + x) * channels + c] = axis(&get, from.0, to.0, y);
            }
        }
    }
    out
}

proptest! {
    #[test]
    fn equals_the_plain_rule(
        from in (1_usize..40, 1_usize..40),
        to in (1_usize..60, 1_usize..60),
        channels in 1_usize..4,
        bytes in proptest::collection::vec(any::<u8>(), 40 * 40 * 3),
    ) {
        let picture = &bytes[..from.0 * from.1 * channels];
        prop_assert_eq!(resized(picture, from, to, channels), plain(picture, from, to, channels));
    }

    #[test]
    fn the_same_size_is_a_copy(
        size in (1_usize..20, 1_usize..20),
        bytes in proptest::collection::vec(any::<u8>(), 400),
    ) {
        let picture = &bytes[..size.0 * size.1];
        prop_assert_eq!(resized(picture, size, size, 1), picture);
    }

    #[test]
    fn a_constant_picture_stays_constant(
        value: u8,
        from in (1_usize..40, 1_usize..40),
        to in (1_usize..40, 1_usize..40),
    ) {
        let picture = vec![value; from.0 * from.1];
        prop_assert_eq!(resized(&picture, from, to, 1), vec![value; to.0 * to.1]);
    }
}
