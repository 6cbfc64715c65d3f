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
    let record = |(index, loss): (usize, &f64)| EpochRecord {
        epoch: index as u32 + 1,
        train_loss: *loss,
        ..EMPTY
    };
    losses.iter().enumerate().map(record).collect()
}

/// Dots in the colour of the training series that lie in the loss panel,
/// without the one in the legend.
fn loss_dots(scene: &Scene) -> Vec<(f32, f32)> {
    let dot = |shape: &Shape| match shape {
        Shape::Disc { center, color, .. } if *color == BLUE && center.0 < PANEL_WIDTH => {
            (center.1 >= 92.0).then_some(*center)
        }
        _ => None,
    };
    scene.shapes.iter().filter_map(dot).collect()
}

fn texts(scene: &Scene) -> Vec<&str> {
    scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Text { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn finite_points_are_drawn_and_others_skipped() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let cases: [(&[f64], usize); 9] = [
        (&[], 0),
        (&[1.0], 1),
        (&[1.0, nan, 0.5], 2),
        (&[inf, 1.0], 1),
        (&[nan, -inf], 0),
        (&[1e-300, 1e300], 2),
        (&[f64::MIN, f64::MAX, f64::MIN_POSITIVE], 3),
        (&[2.5; 5], 5),
        (&[0.0, 5e-324], 2),
    ];
    for (losses, wanted) in cases {
        let scene = picture("t", &with_losses(losses));
        let dots = loss_dots(&scene);
        assert_eq!(dots.len(), wanted, "{losses:?}");
        let inside = |(x, y): &(f32, f32)| (80.0..456.1).contains(x) && (92.0..374.1).contains(y);
        assert!(dots.iter().all(inside), "{losses:?}: {dots:?}");
        assert!(png::render(&scene).is_ok(), "{losses:?}");
    }
}

#[test]
fn any_learning_rate_can_be_drawn() {
    for rates in
        [[0.0, -1.0, f64::NAN], [1e-300, 1e300, f64::INFINITY], [5e-324, f64::MAX, 0.0], [0.1; 3]]
    {
        let record = |(index, lr): (usize, &f64)| EpochRecord {
            epoch: u32::MAX - index as u32,
            lr: *lr,
            ..EMPTY
        };
        let records: Vec<_> = rates.iter().enumerate().map(record).collect();
        assert!(png::render(&picture("t", &records)).is_ok(), "{rates:?}");
    }
}

#[test]
fn higher_values_stand_higher_and_later_epochs_further_right() {
    let dots = loss_dots(&picture("t", &with_losses(&[2.0, 1.0, 3.0])));
    assert!(dots[0].0 < dots[1].0 && dots[1].0 < dots[2].0);
    assert!(dots[2].1 < dots[0].1 && dots[0].1 < dots[1].1);
    // Equal steps are equally far apart.
    assert!(((dots[1].1 - dots[0].1) - (dots[0].1 - dots[2].1)).abs() < 0.01);
}

#[test]
fn ticks_are_round_numbers() {
    let labels = |axis: Option<Axis>| -> Vec<String> {
        axis.unwrap().ticks.into_iter().map(|t| t.label).collect()
    };
    let linear = |low, high| labels(Axis::linear([low, high].into_iter()));
    assert_eq!(linear(0.0, 1.0), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    assert_eq!(linear(0.885, 0.893), ["0.886", "0.888", "0.890", "0.892"]);
    assert_eq!(linear(0.0, 1e300), ["0", "2e299", "4e299", "6e299", "8e299", "1e300"]);

    let log10 = |low, high| labels(Axis::log10([low, high].into_iter()));
    assert_eq!(log10(1e-5, 1e-2), ["1e-5", "1e-4", "0.001", "0.01"]);
    assert_eq!(log10(0.1, 0.1), ["0.05", "0.1", "0.2"]);

    assert_eq!(labels(Some(Axis::epochs(1, 3))), ["1", "2", "3"]);
    assert_eq!(labels(Some(Axis::epochs(1, 40))), ["10", "20", "30", "40"]);
}

#[test]
fn plateau_cuts_are_marked_with_their_factor() {
    let rates = [0.1, 0.1, 0.05, 0.05, 0.05, 0.005, 0.005];
    let record =
        |(index, lr): (usize, &f64)| EpochRecord { epoch: index as u32 + 1, lr: *lr, ..EMPTY };
    let records: Vec<_> = rates.iter().enumerate().map(record).collect();
    let epochs: Vec<f64> = plateau_cuts(&records).iter().map(|c| c.epoch).collect();
    assert_eq!(epochs, [3.0, 6.0]);
    let scene = picture("t", &records);
    for wanted in ["×0.5", "×0.1", "rate cut"] {
        assert!(texts(&scene).contains(&wanted), "{wanted}");
    }

    let falling = (1..9).map(|epoch| EpochRecord { epoch, lr: 0.1 / f64::from(epoch), ..EMPTY });
    let falling: Vec<_> = falling.collect();
    assert_eq!(plateau_cuts(&falling), []);
}

#[test]
fn both_files_are_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("curves.svg"), "old").unwrap();
    draw_curves(folder.path(), "a <b> & \"c\"\u{1b}[0m", &with_losses(&[1.0, 0.5])).unwrap();

    let svg = std::fs::read_to_string(folder.path().join("curves.svg")).unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(svg.contains(">a &lt;b&gt; &amp; &quot;c&quot; [0m</text>"));
    let png = std::fs::read(folder.path().join("curves.png")).unwrap();
    let pixmap = tiny_skia::Pixmap::decode_png(&png).unwrap();
    assert_eq!((pixmap.width(), pixmap.height()), (2 * WIDTH, 2 * HEIGHT));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);

    // A missing folder is an error, for the caller to warn of.
    assert!(draw_curves(&folder.path().join("gone"), "", &[]).is_err());
}

#[test]
fn the_png_shows_the_same_shapes() {
    let scene = picture("t", &with_losses(&[1.0, 0.5]));
    let (x, y) = loss_dots(&scene)[0];
    let pixmap = tiny_skia::Pixmap::decode_png(&png::render(&scene).unwrap()).unwrap();
    let pixel = |x: f32, y: f32| {
        let color = pixmap.pixel((x * 2.0) as u32, (y * 2.0) as u32).unwrap();
        u32::from_be_bytes([0, color.red(), color.green(), color.blue()])
    };
    assert_eq!(pixel(x, y), BLUE);
    assert_eq!(pixel(2.0, 2.0), 0xffffff);
    // The title's letter is drawn with the embedded font.
    let title = (0..60).any(|i| pixel(720.0 + i as f32 * 0.1 - 3.0, 28.0) == 0x2b2b2b);
    assert!(title);
}
