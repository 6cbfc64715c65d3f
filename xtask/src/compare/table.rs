//! The table of one case and pass, in Markdown that is aligned for a terminal.

use super::summary::{Peer, Row};
use super::turns::Absent;
use super::words::{Pass, word};

/// The table, and below it who is absent and why.
pub(super) fn render(rows: &[Row], absent: &[Absent], pass: Pass) -> String {
    let peers: &[(Peer, &str)] = match pass {
        Pass::Train => &[(Peer::PyTorch, "× PyTorch")],
        Pass::Inference => &[(Peer::PyTorch, "× PyTorch"), (Peer::OpenVino, "× OpenVINO")],
    };
    let mut heads = vec!["contestant", "", "ms/step", "min–max", "images/s", "peak MiB"];
    heads.extend(peers.iter().map(|(_, head)| *head));
    let mut lines = vec![heads.into_iter().map(str::to_owned).collect()];
    lines.extend(rows.iter().map(|row| {
        let mut cells = cells(row);
        cells.extend(peers.iter().map(|(peer, _)| match row.times_faster_than(*peer, rows) {
            Some(times) => format!("{times:.2}"),
            None => "–".to_owned(),
        }));
        cells
    }));
    let mut text = align(&lines);
    for Absent { contestant, why } in absent {
        text.push_str(&format!("\n{}: not available: {why}\n", contestant.name()));
    }
    text
}

fn cells(row: &Row) -> Vec<String> {
    let ms = |secs: f64| format!("{:.1}", 1e3 * secs);
    let [least, most] = row.spread_secs;
    vec![
        row.contestant.program.name().to_owned(),
        word(row.contestant.precision),
        ms(row.secs_per_step),
        format!("{}–{}", ms(least), ms(most)),
        format!("{:.1}", row.images_per_sec),
        format!("{:.0}", row.peak_rss_bytes as f64 / f64::from(1 << 20)),
    ]
}

/// Columns that hold words; the others hold numbers.
const LEFT: usize = 2;

/// Lines of as many cells each; the first holds the heads.
fn align(lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0).max(2)
    };
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            if column < LEFT {
                text.push_str(&format!("| {cell:<width$} "));
            } else {
                text.push_str(&format!("| {cell:>width$} "));
            }
        }
        text.push_str("|\n");
        if index == 0 {
            for (column, width) in widths.iter().enumerate() {
                let rule = "-".repeat(width + 1);
                text.push_str(&if column < LEFT {
                    format!("|{rule}-")
                } else {
                    format!("|{rule}:")
                });
            }
            text.push_str("|\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::contestant::{Contestant, Layout, Program};
    use super::super::testing::measured;
    use super::super::words::Precision::{Bf16, F32};
    use super::*;

    #[test]
    fn a_table_of_inference() {
        let rows = [
            Row::new(&measured(Program::Ours, F32, &[0.1, 0.25, 0.125]), 32),
            Row::new(&measured(Program::PyTorch(Layout::ChannelsLast), F32, &[0.25]), 32),
            Row::new(&measured(Program::OpenVino, Bf16, &[0.0625]), 32),
        ];
        let contestant = Contestant { program: Program::Candle, precision: F32 };
        let absent = [Absent { contestant, why: "no ceil mode".to_owned() }];
        assert_eq!(
            render(&rows, &absent, Pass::Inference),
            "\
| contestant             |      | ms/step |     min–max | images/s | peak MiB | × PyTorch | × OpenVINO |
|------------------------|------|--------:|------------:|---------:|---------:|----------:|-----------:|
| ours                   | f32  |   125.0 | 100.0–250.0 |    256.0 |        3 |      2.00 |          – |
| PyTorch, channels-last | f32  |   250.0 | 250.0–250.0 |    128.0 |        1 |      1.00 |          – |
| OpenVINO               | bf16 |    62.5 |   62.5–62.5 |    512.0 |        1 |         – |       1.00 |

candle f32: not available: no ceil mode
"
        );
    }

    #[test]
    fn training_has_no_column_of_openvino() {
        let rows = [Row::new(&measured(Program::Ours, F32, &[0.1]), 32)];
        assert!(!render(&rows, &[], Pass::Train).contains("OpenVINO"));
    }
}
