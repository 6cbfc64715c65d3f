//! The result that the programs print.

/// What a test came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TestAccuracy {
    pub(crate) percent: f64,
    /// How many were tested.
    pub(crate) pictures: u32,
}

impl TestAccuracy {
    /// From the line `Accuracy of the model on the 10000 test images: 93.19%`.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("Accuracy of the model on the ")?;
        let (pictures, percent) = rest.split_once(" test images: ")?;
        let percent: f64 = percent.strip_suffix('%')?.parse().ok()?;
        let pictures = pictures.parse().ok()?;
        (0.0..=100.0).contains(&percent).then_some(Self { percent, pictures })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accuracy_is_read_from_its_line_only() {
        for (line, percent, pictures) in [
            ("Accuracy of the model on the 1000 test images: 87.02%", 87.02, 1_000),
            ("Accuracy of the model on the 10000 test images: 100.00%", 100.0, 10_000),
        ] {
            assert_eq!(TestAccuracy::parse(line), Some(TestAccuracy { percent, pictures }));
        }
        for other in [
            "",
            "Accuracy of the model on the 1000 test images: 87.02",
            "Accuracy of the model on the 1000 val images: 87.02%",
            "Accuracy of the model on the many test images: 87.02%",
            "Accuracy of the model on the 1000 test images: good%",
            "Accuracy of the model on the 1000 test images: NaN%",
            "Already at epoch 5, the limit. A larger --max-epoch continues the run.",
        ] {
            assert_eq!(TestAccuracy::parse(other), None, "{other}");
        }
    }
}
