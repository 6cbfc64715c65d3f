//! The class that a network votes for.

/// The index of the largest logit, the first of equal ones; `None` if there is
/// no logit or one is NaN: a broken network predicts nothing.
///
/// ```
/// use nin_kernels::cross_entropy::argmax;
///
/// assert_eq!(argmax(&[0.0, 3.0, 3.0]), Some(1));
/// assert_eq!(argmax(&[0.0, f32::NAN]), None);
/// ```
pub fn argmax(logits: &[f32]) -> Option<usize> {
    if logits.iter().any(|logit| logit.is_nan()) {
        return None;
    }
    index_of_largest(logits)
}

/// [`argmax`] for logits without NaN.
pub(super) fn index_of_largest(logits: &[f32]) -> Option<usize> {
    (0..logits.len()).reduce(|best, class| if logits[class] > logits[best] { class } else { best })
}

/// How many samples of a batch are predicted as labelled.
///
/// # Panics
///
/// If `classes` is 0 or the lengths disagree with it.
pub fn count_correct(classes: usize, logits: &[f32], labels: &[u32]) -> usize {
    assert!(classes > 0, "a prediction needs at least one class");
    assert_eq!(logits.len(), labels.len() * classes, "length of logits");
    let rows = logits.chunks_exact(classes).zip(labels);
    rows.filter(|&(logits, &label)| argmax(logits) == Some(label as usize)).count()
}
