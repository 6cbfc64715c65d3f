use super::boxes::*;
use super::words::*;
use super::*;

fn row(name: &str, kind: &str, output: [usize; 3], block: Option<usize>) -> DrawingRow {
    DrawingRow {
        name: name.to_owned(),
        kind: kind.to_owned(),
        output,
        parameters: 1_234_567,
        block,
    }
}

fn network() -> Vec<DrawingRow> {
    vec![
        row("", "input", [1, 224, 224], None),
        row("net.0.0", "conv 11×11, 96, stride 4, pad 0 + ReLU", [96, 54, 54], Some(0)),
        row("net.0.2", "conv 1×1, 96 + ReLU", [96, 54, 54], Some(0)),
        row("net.1", "max pool 3×3 / 2", [96, 26, 26], None),
        row("net.2.0", "conv 5×5, 10, stride 1, pad 2 + ReLU", [10, 26, 26], Some(1)),
        row("net.8", "global average pooling", [10, 1, 1], None),
    ]
}

/// Every element closed in order, every `<` and `&` part of the markup.
fn assert_well_formed(xml: &str) {
    let mut open = Vec::new();
    for piece in xml.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        for entity in text.split('&').skip(1) {
            let known = ["amp;", "lt;", "gt;", "quot;"];
            assert!(known.iter().any(|name| entity.starts_with(name)), "{entity}");
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(xml.chars().all(|c| c == '\n' || !c.is_control()));
}

#[test]
fn every_layer_is_there() {
    let svg = draw("NIN", &network());
    assert_well_formed(&svg);
    for row in network() {
        assert!(svg.contains(&format!(">{}</text>", row.name)) || row.name.is_empty());
    }
    for words in ["96 × 54 × 54", "1,234,567 par.", "mlpconv 1", "mlpconv 2", "+\u{a0}ReLU"] {
        assert!(svg.contains(words), "{words}");
    }
    assert!(!svg.contains("mlpconv 3"));
    assert_eq!(svg.matches("<circle").count(), 10);
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    assert_eq!(svg, draw("NIN", &network()), "the same rows give the same text");
}

#[test]
fn words_are_escaped() {
    let rows = [row("a<b", "x & \"y\"\u{1b}\u{0}", [1, 2, 2], None)];
    let svg = draw("</svg><script>", &rows);
    assert_well_formed(&svg);
    assert!(svg.contains("a&lt;b") && svg.contains("x &amp; &quot;y&quot;"));
    assert!(svg.contains("&lt;/svg&gt;&lt;script&gt;"));
}

#[test]
fn odd_sizes_are_drawn() {
    assert_well_formed(&draw("", &[]));
    for output in [[0, 0, 0], [1, 1, 1], [2, 1, 1], [1000, 1, 1], [3, 1, 7], [1, usize::MAX, 1]] {
        let svg = draw("", &[row("n", "k", output, Some(0))]);
        assert_well_formed(&svg);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{output:?}");
    }
}

#[test]
fn many_scores_are_cut_short() {
    let svg = draw("", &[row("n", "k", [100, 1, 1], None)]);
    assert_eq!(svg.matches("<circle").count(), MOST_SCORES - 1);
    assert!(svg.contains("⋮"));
}

#[test]
fn boxes_grow_with_their_maps() {
    let (height, thickness) = box_size([96, 54, 54]);
    assert!(box_size([96, 108, 108]).0 > height);
    assert!(box_size([192, 54, 54]).1 > thickness);
    // A doubling is the same step anywhere: the scale is logarithmic.
    let step = |a, b| box_size([b, 4, 4]).1 - box_size([a, 4, 4]).1;
    assert!((step(8, 16) - step(64, 128)).abs() < 1e-9);
}

#[test]
fn kinds_are_told_apart() {
    let shades = |kind| shades(1, &row("", kind, [1, 2, 2], None));
    assert_eq!(shades("conv 11×11, 96"), CONVOLUTION);
    assert_eq!(shades("conv 1×1, 96"), POINTWISE);
    assert_eq!(shades("max pool 3×3 / 2"), POOLING);
    assert_eq!(shades("dropout 0.5"), OTHER);
}

#[test]
fn long_words_are_wrapped() {
    let kind = "conv 5×5, 96, stride 1, pad 2 + ReLU";
    assert_eq!(wrap(kind), ["conv 5×5, 96,", "stride 1, pad 2", "+\u{a0}ReLU"]);
    assert_eq!(wrap("conv 1×1, 96 + ReLU"), ["conv 1×1, 96", "+\u{a0}ReLU"]);
}
