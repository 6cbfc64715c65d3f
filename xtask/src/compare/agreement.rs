//! The check that comes before the clock: everyone computes the same network.

use anyhow::{Context, Result, ensure};

use super::protocol::Ready;
use super::words::Precision;

/// The largest differences that are accepted, as a share of the largest number.
struct Tolerance {
    /// Of the class scores: sums of a few thousand products differ by less in f32,
    /// and bf16 has 8 significant bits.
    scores: f64,
    /// Of the trial step, which amplifies rounding: after it PyTorch's own f32 is
    /// 1e-4 away from its f64, and a wrong gradient tens of percent.
    trial: f64,
}

fn tolerance(precision: Precision) -> Tolerance {
    match precision {
        Precision::F32 => Tolerance { scores: 1e-4, trial: 1e-3 },
        // 11 significant bits.
        Precision::Tf32 => Tolerance { scores: 1e-2, trial: 2e-2 },
        Precision::Bf16 => Tolerance { scores: 5e-2, trial: 5e-2 },
    }
}

/// Holds `results` against those of the reference, and returns the largest
/// difference, as a share of the largest number.
pub(super) fn check(reference: &Ready, results: &Ready, precision: Precision) -> Result<f64> {
    let Tolerance { scores, trial } = tolerance(precision);
    let of_scores = differ(&reference.scores, &results.scores, scores).context("class scores")?;
    let (Some(wanted), Some(got)) = (&reference.trial, &results.trial) else {
        ensure!(reference.trial.is_none() && results.trial.is_none(), "no trial step");
        return Ok(of_scores);
    };
    let of_loss = differ(&[wanted.loss], &[got.loss], trial).context("loss of the trial step")?;
    let of_trained =
        differ(&wanted.scores, &got.scores, trial).context("class scores after the trial step")?;
    Ok(of_scores.max(of_loss).max(of_trained))
}

fn differ(wanted: &[f64], got: &[f64], tolerance: f64) -> Result<f64> {
    ensure!(wanted.len() == got.len(), "{} numbers, want {}", got.len(), wanted.len());
    let largest = wanted.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    ensure!(largest > 0.0, "all are 0, so that nothing can be compared");
    let mut most = 0.0;
    for (index, (wanted, got)) in wanted.iter().zip(got).enumerate() {
        let difference = (wanted - got).abs() / largest;
        ensure!(
            difference <= tolerance,
            "number {index} is {got}, want {wanted}: they differ by {difference:.1e} of the \
             largest, and {tolerance:.0e} is allowed"
        );
        most = difference.max(most);
    }
    Ok(most)
}

#[cfg(test)]
mod tests {
    use super::super::protocol::Trial;
    use super::*;

    fn ready(scores: [f64; 2], trial: Option<(f64, [f64; 2])>) -> Ready {
        let trial = trial.map(|(loss, scores)| Trial { loss, scores: scores.to_vec() });
        Ready { scores: scores.to_vec(), trial }
    }

    fn error(reference: &Ready, results: &Ready) -> String {
        format!("{:#}", check(reference, results, Precision::F32).unwrap_err())
    }

    #[test]
    fn rounding_passes_and_is_told() {
        let reference = ready([4.0, 1.0], Some((2.0, [8.0, 1.0])));
        let results = ready([4.0, 1.0001], Some((2.0001, [8.0004, 1.0])));
        let most = check(&reference, &results, Precision::F32).unwrap();
        assert!((most - 5e-5).abs() < 1e-9, "{most}");
    }

    #[test]
    fn another_network_does_not() {
        let reference = ready([4.0, 1.0], Some((2.0, [8.0, 1.0])));
        assert_eq!(
            error(&reference, &ready([4.0, 1.01], None)),
            "class scores: number 1 is 1.01, want 1: they differ by 2.5e-3 of the largest, and \
             1e-4 is allowed"
        );
        let nan = ready([f64::NAN, 1.0], None);
        assert!(error(&reference, &nan).starts_with("class scores: number 0 is NaN"));
        let other = ready([4.0, 1.0], Some((2.1, [8.0, 1.0])));
        assert!(error(&reference, &other).starts_with("loss of the trial step"));
        let other = ready([4.0, 1.0], Some((2.0, [8.1, 1.0])));
        assert!(error(&reference, &other).starts_with("class scores after the trial step"));
        assert_eq!(error(&reference, &ready([4.0, 1.0], None)), "no trial step");
    }

    #[test]
    fn bf16_may_be_further_off() {
        let (reference, results) = (ready([4.0, 1.0], None), ready([4.1, 1.0], None));
        assert!(check(&reference, &results, Precision::Bf16).is_ok());
        assert!(check(&reference, &results, Precision::F32).is_err());
    }

    #[test]
    fn scores_that_cannot_tell_networks_apart_are_refused() {
        let dead = ready([0.0, 0.0], None);
        assert!(error(&dead, &dead).contains("nothing can be compared"));
        let longer = Ready { scores: vec![4.0], trial: None };
        assert_eq!(error(&ready([4.0, 1.0], None), &longer), "class scores: 1 numbers, want 2");
    }
}
