use nin_dataset::Resizer;
use nin_kernels_cuda::Device;
use nin_kernels_cuda::pictures::{Change, Padding, Pictures, Preparation, Scratch, Window};

use crate::support::{poisoned, read};

const COUNT: usize = 5;

/// Stored sizes H, W, C and wanted sizes H, W: larger, smaller, both, as they are.
const SIZES: [([usize; 3], [usize; 2]); 6] = [
    ([28, 28, 1], [32, 32]),
    ([9, 7, 3], [16, 5]),
    ([17, 23, 2], [6, 8]),
    ([5, 6, 1], [5, 6]),
    ([1, 1, 3], [4, 3]),
    ([28, 28, 1], [56, 56]),
];

/// A picture's number for each byte of a channel.
fn tables(channels: usize) -> Vec<[f32; 256]> {
    let table =
        |c: usize| std::array::from_fn(|byte| (byte as f32 / 255.0 - 0.5) / (0.3 + 0.1 * c as f32));
    (0..channels).map(table).collect()
}

fn bytes([height, width, channels]: [usize; 3]) -> Vec<u8> {
    (0..COUNT * height * width * channels).map(|i| (i * i * 31 + i * 7) as u8).collect()
}

/// One picture in plain loops, from its resized bytes.
fn changed(
    resized: &[u8],
    [height, width, channels]: [usize; 3],
    change: Change,
    padding: Padding,
) -> Vec<f32> {
    let source = |place: usize, shift: i32, len: usize| {
        let (source, last) = (place as i32 - shift, len as i32 - 1);
        match padding {
            _ if (0..=last).contains(&source) => Some(source as usize),
            Padding::Zeros => None,
            Padding::Reflect if source < 0 => Some(-source as usize),
            Padding::Reflect => Some((2 * last - source) as usize),
        }
    };
    let tables = tables(channels);
    let mut numbers = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let from = (source(y, change.down, height), source(x, change.right, width));
            let in_rows = (change.top..change.top + change.height).contains(&(y as u32));
            let in_columns = (change.left..change.left + change.width).contains(&(x as u32));
            for (c, table) in tables.iter().enumerate() {
                let byte = match from {
                    (Some(y), Some(x)) => {
                        let x = if change.mirrored == 1 { width - 1 - x } else { x };
                        resized[(y * width + x) * channels + c]
                    }
                    _ => 0,
                };
                let number = table[usize::from(byte)];
                numbers.push(if in_rows && in_columns { 0.0 } else { number });
            }
        }
    }
    numbers
}

/// Changes of every kind that fit a picture of this size.
fn changes([height, width]: [usize; 2]) -> [Change; COUNT] {
    let (down, right) = (height as i32 - 1, width as i32 - 1);
    let rectangle = Change { top: height as u32 / 2, height: 2, width: 3, ..Change::default() };
    [
        Change::default(),
        Change { mirrored: 1, ..Change::default() },
        Change { down: down.min(2), right: -right.min(3), mirrored: 1, ..rectangle },
        Change { down: -down, right, left: 1, ..rectangle },
        Change { left: width as u32 - 1, top: 0, height: height as u32, width: 1, ..rectangle },
    ]
}

fn prepared_pictures_are_those_of_the_cpu_to_the_last_bit<D: Device>(device: &D) {
    let mut scratch = Scratch::default();
    for (stored @ [height, width, channels], size) in SIZES {
        let bytes = bytes(stored);
        let resizer = Resizer::new((height, width), (size[0], size[1]), channels);
        let [columns, rows] = [resizer.columns(), resizer.rows()].map(|windows| {
            windows.iter().map(|w| (w.first, &*w.weights)).collect::<Vec<Window<'_>>>()
        });
        let pictures = Pictures::new(device, stored, &bytes).unwrap();
        assert_eq!((pictures.count(), pictures.shape()), (COUNT, stored));
        let prepare = |padding| {
            let windows = [&*columns, &*rows];
            Preparation::new(device, stored, windows, &tables(channels), padding).unwrap()
        };
        let prepared =
            [Padding::Zeros, Padding::Reflect].map(|padding| (padding, prepare(padding)));
        let shape = [size[0], size[1], channels];
        let resized = |picture: usize| {
            let mut out = vec![0; resizer.output_bytes()];
            let one = height * width * channels;
            resizer.clone().resize(&bytes[picture * one..][..one], &mut out);
            out
        };
        for (padding, mut preparation) in prepared {
            for (indices, changes) in
                [(vec![3, 0, 3], None), (vec![0, 1, 2, 3, 4], Some(changes(size)))]
            {
                let len = indices.len() * preparation.picture_len();
                let mut output = poisoned(device, len);
                let given = changes.as_ref().map(|changes| &changes[..]);
                let view = output.view_mut(len);
                preparation.apply(device, &pictures, &indices, given, view, &mut scratch).unwrap();
                let truth: Vec<f32> = indices
                    .iter()
                    .enumerate()
                    .flat_map(|(n, &index)| {
                        let change = changes.map_or(Change::default(), |changes| changes[n]);
                        changed(&resized(index as usize), shape, change, padding)
                    })
                    .collect();
                assert_eq!(
                    read(device, &output, len),
                    truth,
                    "{stored:?} to {size:?}, {padding:?}"
                );
            }
        }
    }
}

on_each_device!(prepared_pictures_are_those_of_the_cpu_to_the_last_bit);
