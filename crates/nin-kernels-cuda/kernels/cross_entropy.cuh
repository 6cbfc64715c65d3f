// Softmax cross-entropy with label smoothing; a thread a picture.
#pragma once
#include "common.cuh"

// Each picture's loss and the gradient of the mean loss by its scores. In f64:
// scores are few, and a run stands and falls with them. A label that is no class
// has a loss of NaN.
NIN_KERNEL(cross_entropy)(const float* logits, const u32* labels, double smoothing, u32 classes,
                          u32 batch, double* losses, float* grad) {
    for (u64 n = first_element(); n < batch; n += element_step()) {
        const float* x = logits + n * classes;
        u32 largest = 0;
        for (u32 k = 1; k < classes; k++)
            if (x[k] > x[largest]) largest = k;
        double max = x[largest], rest = 0.0, all = 0.0;
        for (u32 k = 0; k < classes; k++)
            if (k != largest) rest += exp(x[k] - max);
        // The largest term is 1; log1p keeps the digits of the rest.
        double log_sum = log1p(rest);
        u32 label = labels[n];
        double loss = label < classes ? -((x[label] - max) - log_sum) : (double)NAN;
        // Not computed without smoothing: 0 · ∞ of an impossible class is NaN.
        if (smoothing != 0.0) {
            for (u32 k = 0; k < classes; k++) all -= (x[k] - max) - log_sum;
            loss = (1.0 - smoothing) * loss + smoothing * all / classes;
        }
        losses[n] = loss;
        for (u32 k = 0; k < classes; k++) {
            double target = (k == label ? 1.0 - smoothing : 0.0) + smoothing / classes;
            double probability = exp((x[k] - max) - log_sum);
            grad[n * classes + k] = (float)((probability - target) / batch);
        }
    }
}
