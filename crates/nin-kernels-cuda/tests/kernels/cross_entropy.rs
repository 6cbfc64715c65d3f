use nin_kernels::cross_entropy::{LabelSmoothing, reference};
use nin_kernels_cuda::{Device, cross_entropy};

use crate::support::{assert_near, on, poisoned, random, read, widen};

struct Outcome {
    losses: Vec<f64>,
    grads: Vec<f32>,
}

fn computed<D: Device>(
    device: &D,
    classes: usize,
    smoothing: LabelSmoothing,
    logits: &[f32],
    labels: &[u32],
) -> Outcome {
    let (batch, len) = (labels.len(), logits.len());
    let (scores, classes_of) = (on(device, logits), on(device, labels));
    let (mut losses, mut grads) = (poisoned(device, batch), poisoned(device, len));
    cross_entropy::forward_backward(
        device,
        classes,
        smoothing,
        scores.view(len),
        classes_of.view(batch),
        losses.view_mut(batch),
        grads.view_mut(len),
    )
    .unwrap();
    Outcome { losses: read(device, &losses, batch), grads: read(device, &grads, len) }
}

fn loss_and_gradient_are_the_reference<D: Device>(device: &D) {
    for (batch, classes) in [(1, 1), (5, 10), (256, 10), (257, 3), (800, 2)] {
        for smoothing in [0.0, 0.1, 1.0] {
            let logits: Vec<f32> =
                random(batch * classes, 14).into_iter().map(|x| 8.0 * x).collect();
            let labels: Vec<u32> = (0..batch).map(|i| (i * 7 % classes) as u32).collect();
            let share = LabelSmoothing::new(smoothing).unwrap();
            let Outcome { losses, grads } = computed(device, classes, share, &logits, &labels);
            let logits = widen(&logits);
            let truth = reference::backward(classes, smoothing, &logits, &labels);
            // f64, rounded once.
            assert_near(&grads, &truth, 1e-7);
            for (n, (loss, scores)) in losses.iter().zip(logits.chunks(classes)).enumerate() {
                let truth = reference::forward(classes, smoothing, scores, &labels[n..=n]);
                assert!((loss - truth).abs() < 1e-12 * truth.abs().max(1.0), "{loss} for {truth}");
            }
        }
    }
}

fn extreme_scores_and_labels<D: Device>(device: &D) {
    let logits = [1e30, -1e30, 0.0, f32::NEG_INFINITY, 0.0, 0.0];
    let found = computed(device, 2, LabelSmoothing::NONE, &logits, &[0, 0, 2]);
    assert_eq!(found.losses[..2], [0.0, 0.0]);
    assert_eq!(found.grads[..4], [0.0; 4]);
    assert!(found.losses[2].is_nan(), "a label that is no class");
}

on_each_device!(loss_and_gradient_are_the_reference, extreme_scores_and_labels);
