use super::*;

const EMPTY: EpochRecord = EpochRecord {
    epoch: 1,
    lr: 0.1,
    train_loss: 1.0,
    train_accuracy: 0.5,
    val_loss: None,
    val_accuracy: None,
    seconds: 1.0,
    images_per_second: 1.0,
};

fn with_losses(losses: &[f64]) -> Vec<EpochRecord> {
    let record = |(epoch, loss): (u32, &f64)| EpochRecord { epoch, train_loss: *loss, ..EMPTY };
    (1..).zip(losses).map(record).collect()
}

pub(super) fn with_rates(rates: &[f64]) -> Vec<EpochRecord> {
    (1..).zip(rates).map(|(epoch, lr)| EpochRecord { epoch, lr: *lr, ..EMPTY }).collect()
}

/// Both files of `records`.
fn draw(title: &str, records: &[EpochRecord]) -> (String, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    draw_curves(folder.path(), title, records).unwrap();
    let svg = std::fs::read_to_string(folder.path().join("curves.svg")).unwrap();
    (svg, std::fs::read(folder.path().join("curves.png")).unwrap())
}

/// Centres of the dots in the loss panel.
fn loss_dots(svg: &str) -> Vec<(u32, u32)> {
    let attribute = |element: &str, name: &str| -> u32 {
        let value = element.split(&format!(" {name}=\"")).nth(1).unwrap();
        value.split('"').next().unwrap().parse().unwrap()
    };
    let circles = svg.split("<circle").skip(1).map(|c| c.split("/>").next().unwrap());
    let centers = circles.map(|c| (attribute(c, "cx"), attribute(c, "cy")));
    centers.filter(|center| center.0 < SIZE.0 / 3).collect()
}

fn texts(svg: &str) -> Vec<&str> {
    let texts = svg.split("</text>").filter_map(|before| before.rsplit_once(">\n"));
    texts.map(|(_, text)| text.trim_end()).collect()
}

#[test]
fn finite_points_are_drawn_and_others_skipped() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let cases: [(&[f64], usize); 10] = [
        (&[], 0),
        (&[1.0], 1),
        (&[1.0, nan, 0.5], 2),
        (&[inf, 1.0], 1),
        (&[nan, -inf], 0),
        (&[1e-300, 1e300], 2),
        (&[f64::MIN, f64::MAX, f64::MIN_POSITIVE], 3),
        (&[2.5; 5], 5),
        (&[0.0, 5e-324], 2),
        (&[1e17, 1e17 + 16.0], 2),
    ];
    for (losses, wanted) in cases {
        let (svg, _) = draw("t", &with_losses(losses));
        let dots = loss_dots(&svg);
        assert_eq!(dots.len(), wanted, "{losses:?}");
        let inside = |(x, y): &(u32, u32)| (150..940).contains(x) && (120..760).contains(y);
        assert!(dots.iter().all(inside), "{losses:?}: {dots:?}");
    }
}

#[test]
fn any_learning_rate_can_be_drawn() {
    for rates in
        [[0.0, -1.0, f64::NAN], [1e-300, 1e300, f64::INFINITY], [5e-324, f64::MAX, 0.0], [0.1; 3]]
    {
        let mut records = with_rates(&rates);
        records.iter_mut().for_each(|r| r.epoch = u32::MAX - r.epoch);
        draw("t", &records);
    }
}

#[test]
fn higher_values_stand_higher_and_later_epochs_further_right() {
    let dots = loss_dots(&draw("t", &with_losses(&[2.0, 1.0, 3.0])).0);
    assert!(dots[0].0 < dots[1].0 && dots[1].0 < dots[2].0);
    assert!(dots[2].1 < dots[0].1 && dots[0].1 < dots[1].1);
    // Equal steps are equally far apart, to a pixel.
    assert!((dots[1].1 - dots[0].1).abs_diff(dots[0].1 - dots[2].1) <= 1);
}

#[test]
fn ticks_are_round_numbers_percents_and_decades() {
    let (svg, _) = draw("t", &with_rates(&[0.1, 0.1, 0.01, 1e-4]));
    for wanted in ["0.95", "1.05", "46", "54", "0.1", "0.01", "0.001", "1e-4"] {
        assert!(texts(&svg).contains(&wanted), "{wanted}: {:?}", texts(&svg));
    }
}

#[test]
fn the_legend_names_what_is_shown() {
    let count = |svg: &str, name| texts(svg).iter().filter(|text| **text == name).count();
    let (svg, _) = draw("t", &with_rates(&[0.1, 0.1, 0.05]));
    assert_eq!(["train", "val", "rate", "rate cut"].map(|name| count(&svg, name)), [2, 0, 1, 3]);

    let validated = EpochRecord { val_loss: Some(1.0), val_accuracy: Some(0.5), ..EMPTY };
    let (svg, _) = draw("t", &[validated]);
    assert_eq!(["train", "val", "rate", "rate cut"].map(|name| count(&svg, name)), [2, 2, 1, 0]);
}

#[test]
fn both_files_are_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("curves.svg"), "old").unwrap();
    draw_curves(folder.path(), "a <b> & \"c\"\u{1b}[0m", &with_losses(&[1.0, 0.5])).unwrap();
    let svg = std::fs::read_to_string(folder.path().join("curves.svg")).unwrap();
    assert!(svg.starts_with("<svg width=\"1440\" height=\"430\" viewBox=\"0 0 2880 860\""));
    assert!(svg.ends_with("</svg>\n"));
    assert_eq!(texts(&svg)[0], "a &lt;b&gt; &amp; &quot;c&quot; [0m");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);

    // A missing folder is an error, for the caller to warn of.
    assert!(draw_curves(&folder.path().join("gone"), "", &[]).is_err());
}

#[test]
fn the_png_shows_the_same_picture() {
    let (svg, png) = draw("t", &with_losses(&[1.0, 0.5]));
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((frame.width, frame.height), SIZE);

    let pixel = |x: u32, y: u32| {
        let at = 3 * (y * SIZE.0 + x) as usize;
        RGBColor(pixels[at], pixels[at + 1], pixels[at + 2])
    };
    for (x, y) in loss_dots(&svg) {
        assert_eq!(pixel(x, y), BLUE);
    }
    assert_eq!(pixel(2, 2), WHITE);
    // The title is drawn with the embedded font.
    let title = (20..80).flat_map(|y| (1400..1480).map(move |x| (x, y)));
    assert!(title.into_iter().any(|(x, y)| pixel(x, y) == RGBColor(0, 0, 0)));
}
