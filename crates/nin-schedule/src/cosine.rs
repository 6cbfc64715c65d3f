//! Half a cosine from the first rate to the last, after an optional linear warm-up.

use std::f64::consts::PI;

use crate::{ScheduleError, TrainingLength};

/// The settings of [`Cosine`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CosineSettings {
    /// The rate at the end, in [0, lr). Default 0.
    pub min_lr: f64,
    /// Epochs of linear warm-up, fewer than the training has. Default 0.
    pub warmup_epochs: usize,
}

/// Half a cosine over the iterations after the warm-up.
///
/// With W = warm-up iterations, T = all iterations and k = 0 … T − 1 the optimiser step:
///
/// * k < W: lr_k = lr · (k + 1) / W, so the last step of the warm-up has the full rate;
/// * k ≥ W: lr_k = min_lr + (lr − min_lr) · (1 + cos(π · (k − W) / (T − W))) / 2.
///
/// From k = T on the rate stays at `min_lr`.
///
/// # Source
///
/// Loshchilov and Hutter 2017, "SGDR", equation 5, without restarts; PyTorch's
/// `CosineAnnealingLR(T_max = T − W)` after `LinearLR(1 / W, total_iters = W − 1)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cosine {
    lr: f64,
    min_lr: f64,
    warmup_iterations: usize,
    iterations: usize,
    pub(crate) iteration: usize,
}

impl Cosine {
    /// A schedule whose highest rate is `lr`.
    ///
    /// # Errors
    ///
    /// When `lr`, a setting or the length is outside its range.
    pub fn new(
        lr: f64,
        settings: &CosineSettings,
        length: TrainingLength,
    ) -> Result<Self, ScheduleError> {
        let CosineSettings { min_lr, warmup_epochs } = *settings;
        ScheduleError::require_lr(lr)?;
        length.require_known()?;
        ScheduleError::require(
            (0.0..lr).contains(&min_lr),
            "min_lr",
            min_lr,
            format!("[0, lr), with lr = {lr}"),
        )?;
        ScheduleError::require(
            warmup_epochs < length.epochs,
            "warmup_epochs",
            warmup_epochs,
            format!("[0, max_epoch), with max_epoch = {}", length.epochs),
        )?;
        let warmup = TrainingLength { epochs: warmup_epochs, ..length };
        Ok(Self {
            lr,
            min_lr,
            warmup_iterations: warmup.iterations(),
            iterations: length.iterations(),
            iteration: 0,
        })
    }

    /// The rate of optimiser step `iteration`, counted from 0.
    pub fn lr_at(&self, iteration: usize) -> f64 {
        let warmup = self.warmup_iterations;
        if iteration < warmup {
            return self.lr * (iteration + 1) as f64 / warmup as f64;
        }
        let done = iteration.min(self.iterations) - warmup;
        let progress = done as f64 / (self.iterations - warmup) as f64;
        self.min_lr + (self.lr - self.min_lr) * (1.0 + (PI * progress).cos()) / 2.0
    }

    /// The rate of the next optimiser step.
    pub fn lr(&self) -> f64 {
        self.lr_at(self.iteration)
    }

    /// Counts an optimiser step.
    pub fn step_iteration(&mut self) {
        self.iteration += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: TrainingLength = TrainingLength { epochs: 3, iterations_per_epoch: 4 };

    /// PyTorch 2.15.0: `LinearLR(1 / 4, total_iters=3)` for 4 steps, then
    /// `CosineAnnealingLR(T_max=8, eta_min=0.01)`, lr 0.1.
    const PYTORCH: [f64; 12] = [
        0.025,
        0.05,
        0.07500000000000001,
        0.1,
        0.1,
        0.0965745789630079,
        0.08681980515339463,
        0.07222075445642905,
        0.055,
        0.03777924554357096,
        0.023180194846605363,
        0.013425421036992097,
    ];

    fn cosine(min_lr: f64, warmup_epochs: usize) -> Result<Cosine, ScheduleError> {
        Cosine::new(0.1, &CosineSettings { min_lr, warmup_epochs }, LENGTH)
    }

    #[test]
    fn it_equals_pytorch_then_stays_at_the_lowest_rate() {
        let mut schedule = cosine(0.01, 1).unwrap();
        for (step, wanted) in PYTORCH.into_iter().enumerate() {
            let got = schedule.lr();
            // PyTorch works it out step by step, so roundings add up.
            assert!((got - wanted).abs() <= 1e-12 * wanted, "step {step}: {got} is not {wanted}");
            schedule.step_iteration();
        }
        assert_eq!(schedule.lr(), 0.01);
        assert_eq!(schedule.lr_at(usize::MAX), 0.01);
    }

    #[test]
    fn without_a_warm_up_it_starts_at_the_full_rate() {
        let schedule = cosine(0.0, 0).unwrap();
        assert_eq!(schedule.lr_at(0), 0.1);
        assert!((schedule.lr_at(6) - 0.05).abs() < 1e-15);
        assert_eq!(schedule.lr_at(12), 0.0);
    }

    #[test]
    fn settings_outside_their_range_are_refused_by_name() {
        let text = |result: Result<Cosine, ScheduleError>| result.unwrap_err().to_string();
        for min_lr in [0.1, 0.2, -0.1, f64::NAN] {
            assert!(text(cosine(min_lr, 0)).ends_with("allowed is [0, lr), with lr = 0.1"));
        }
        let wanted =
            "warmup_epochs = 3 is out of range: allowed is [0, max_epoch), with max_epoch = 3";
        assert_eq!(text(cosine(0.0, 3)), wanted);
        let unknown = TrainingLength { epochs: 0, ..LENGTH };
        let error = text(Cosine::new(0.1, &CosineSettings::default(), unknown));
        assert_eq!(
            error,
            "max_epoch = 0 is out of range: allowed is >= 1 for a schedule by iterations"
        );
    }
}
