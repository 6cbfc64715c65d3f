//! What a run's `metrics.csv` says of it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// A run's epochs together.
#[derive(Debug, PartialEq)]
pub(super) struct Metrics {
    pub(super) epochs: u32,
    /// Of the training passes, each epoch counted once.
    pub(super) secs: f64,
    /// Pictures in the last epoch's training pass.
    pub(super) train_pictures: u64,
    /// Shares of the validation part, of the last and the best epoch; `None`
    /// without such a part.
    pub(super) val_accuracy: Option<[f64; 2]>,
}

/// The fields of a row that matter here.
struct Row {
    epoch: u32,
    val_accuracy: Option<f64>,
    secs: f64,
    images_per_sec: f64,
}

pub(super) fn read(path: &Path) -> Result<Metrics> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| format!("{} is no metrics.csv of a run", path.display()))
}

fn parse(text: &str) -> Option<Metrics> {
    // A last line without its end was never finished.
    let whole = &text[..=text.rfind('\n')?];
    let mut lines = whole.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next()?;
    let mut rows: Vec<Row> = Vec::new();
    for fields in lines {
        let row = Row::parse(&header, &fields)?;
        // A row that does not go on is an epoch that was done again.
        rows.retain(|earlier| earlier.epoch < row.epoch);
        rows.push(row);
    }
    let last = rows.last()?;
    let best = rows.iter().filter_map(|row| row.val_accuracy).max_by(f64::total_cmp);
    Some(Metrics {
        epochs: last.epoch,
        secs: rows.iter().map(|row| row.secs).sum(),
        train_pictures: (last.secs * last.images_per_sec).round() as u64,
        val_accuracy: last.val_accuracy.zip(best).map(<[f64; 2]>::from),
    })
}

impl Row {
    fn parse(header: &[&str], fields: &[&str]) -> Option<Self> {
        let field = |name| fields.get(header.iter().position(|head| *head == name)?).copied();
        Some(Self {
            epoch: field("epoch")?.parse().ok()?,
            val_accuracy: match field("val_accuracy")? {
                "" => None,
                share => Some(share.parse().ok()?),
            },
            secs: field("seconds")?.parse().ok()?,
            images_per_sec: field("images_per_second")?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "epoch,lr,train_loss,train_accuracy,val_loss,val_accuracy,seconds,images_per_second\n";

    fn metrics(rows: &str) -> Option<Metrics> {
        parse(&format!("{HEADER}{rows}"))
    }

    #[test]
    fn epochs_are_summed_each_once() {
        let rows = "1,0.1,1.0,0.5,1.0,0.25,2.0,50.0\n2,0.1,1.0,0.5,1.0,0.75,9.0,11.0\n\
                    2,0.1,1.0,0.5,1.0,0.75,4.0,25.0\n3,0.1,1.0,0.5,1.0,0.5,8.0,12.5\n4,0.1,";
        let val_accuracy = Some([0.5, 0.75]);
        let wanted = Metrics { epochs: 3, secs: 14.0, train_pictures: 100, val_accuracy };
        assert_eq!(metrics(rows), Some(wanted));
    }

    #[test]
    fn a_run_may_have_no_validation_part() {
        let wanted = Metrics { epochs: 1, secs: 2.0, train_pictures: 100, val_accuracy: None };
        assert_eq!(metrics("1,0.1,1.0,0.5,,,2.0,50.0\n"), Some(wanted));
    }

    #[test]
    fn columns_are_found_by_name() {
        let text = "seconds,epoch,images_per_second,more,val_accuracy\n2.0,1,50.0,x,0.5\n";
        assert_eq!(parse(text).unwrap().val_accuracy, Some([0.5, 0.5]));
    }

    #[test]
    fn other_files_are_refused() {
        for rows in ["", "1,2\n", "one,0.1,1.0,0.5,,,2.0,50.0\n", "1,0.1,1.0,0.5,,,2.0,50.0"] {
            assert_eq!(metrics(rows), None, "{rows:?}");
        }
        assert_eq!(parse(""), None);
        let error = read(Path::new("no/metrics.csv")).unwrap_err().to_string();
        assert_eq!(error, "cannot read no/metrics.csv");
    }
}
