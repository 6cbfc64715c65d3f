// Batch normalisation over all axes but the channels.
#pragma once
#include "columns.cuh"
#include "update.cuh"

// Sums of the distances from the first row and of their squares, over the rows
// of each part. The first row as origin: a mean far from 0 would drown the
// variance.
NIN_KERNEL(batch_norm_sums)(const float* input, u64 rows, u32 channels, u32 rows_per_part,
                            float* partial_sum, float* partial_square) {
    NIN_SHARED(float, shared, COLUMN_LANES * ROW_LANES);
    u32 channel = blockIdx.x * COLUMN_LANES + threadIdx.x;
    u64 first = (u64)blockIdx.y * rows_per_part;
    u64 end = first + rows_per_part < rows ? first + rows_per_part : rows;
    float sum = 0.0f, square = 0.0f;
    if (channel < channels) {
        float origin = input[channel];
        for (u64 row = first + threadIdx.y; row < end; row += ROW_LANES) {
            float distance = input[row * channels + channel] - origin;
            sum += distance;
            square += distance * distance;
        }
    }
    sum = sum_of_row_lanes(shared, sum);
    square = sum_of_row_lanes(shared, square);
    if (threadIdx.y == 0 && channel < channels) {
        partial_sum[(u64)blockIdx.y * channels + channel] = sum;
        partial_square[(u64)blockIdx.y * channels + channel] = square;
    }
}

// Mean, population variance and 1 / √(variance + eps) of each channel.
NIN_KERNEL(batch_norm_statistics)(const float* input, const float* partial_sum,
                                  const float* partial_square, u32 parts, u64 rows, u32 channels,
                                  double eps, float* mean, float* variance, float* inv_std) {
    for (u64 c = first_element(); c < channels; c += element_step()) {
        double sum = 0.0, square = 0.0;
        for (u32 part = 0; part < parts; part++) {
            sum += partial_sum[(u64)part * channels + c];
            square += partial_square[(u64)part * channels + c];
        }
        double distance = sum / (double)rows;
        double spread = square / (double)rows - distance * distance;
        // Rounding can leave a tiny negative number; NaN passes unchanged.
        if (spread < 0.0) spread = 0.0;
        mean[c] = (float)(input[c] + distance);
        variance[c] = (float)spread;
        inv_std[c] = (float)(1.0 / sqrt((double)variance[c] + eps));
    }
}

// 1 / √(variance + eps) of recorded statistics.
NIN_KERNEL(inverse_deviation)(const float* variance, double eps, u32 channels, float* inv_std) {
    for (u64 c = first_element(); c < channels; c += element_step())
        inv_std[c] = (float)(1.0 / sqrt((double)variance[c] + eps));
}

NIN_KERNEL(batch_norm_forward)(const float* input, const float* mean, const float* inv_std,
                               const float* weight, const float* bias, u32 relu, u32 channels,
                               u64 len, float* output) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        u32 c = remainder_of(i, channels);
        float normal = (input[i] - mean[c]) * inv_std[c];
        output[i] = activate(normal * weight[c] + bias[c], relu);
    }
}

// Sums of g and g · x̂ over the rows of each part, g being the gradient before
// the activation, which is left in `grad`.
NIN_KERNEL(batch_norm_backward_sums)(const float* input, const float* output, float* grad,
                                     const float* mean, const float* inv_std, u32 relu, u64 rows,
                                     u32 channels, u32 rows_per_part, float* partial_bias,
                                     float* partial_weight) {
    NIN_SHARED(float, shared, COLUMN_LANES * ROW_LANES);
    u32 channel = blockIdx.x * COLUMN_LANES + threadIdx.x;
    u64 first = (u64)blockIdx.y * rows_per_part;
    u64 end = first + rows_per_part < rows ? first + rows_per_part : rows;
    float by_bias = 0.0f, by_weight = 0.0f;
    if (channel < channels) {
        for (u64 row = first + threadIdx.y; row < end; row += ROW_LANES) {
            u64 at = row * channels + channel;
            float g = activate_backward(output[at], grad[at], relu);
            grad[at] = g;
            by_bias += g;
            by_weight += g * ((input[at] - mean[channel]) * inv_std[channel]);
        }
    }
    by_bias = sum_of_row_lanes(shared, by_bias);
    by_weight = sum_of_row_lanes(shared, by_weight);
    if (threadIdx.y == 0 && channel < channels) {
        partial_bias[(u64)blockIdx.y * channels + channel] = by_bias;
        partial_weight[(u64)blockIdx.y * channels + channel] = by_weight;
    }
}

// The gradient by the input; `grad` and `grad_input` may be the same.
NIN_KERNEL(batch_norm_backward)(const float* input, const float* grad, const float* mean,
                                const float* inv_std, const float* weight, const float* grad_weight,
                                const float* grad_bias, u64 rows, u32 channels, u64 len,
                                float* grad_input) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        u32 c = remainder_of(i, channels);
        float normal = (input[i] - mean[c]) * inv_std[c];
        float shared = (grad_bias[c] + normal * grad_weight[c]) / (float)rows;
        grad_input[i] = weight[c] * inv_std[c] * (grad[i] - shared);
    }
}

// running = (1 − momentum) · running + momentum · factor · batch, unless the step
// has failed; the factor makes the variance unbiased.
NIN_KERNEL(update_running)(const float* batch, double momentum, double factor, u32 channels,
                           const u32* failed, float* running) {
    if (*failed != NOT_FAILED) return;
    for (u64 c = first_element(); c < channels; c += element_step())
        running[c] = (float)((1.0 - momentum) * running[c] + momentum * (batch[c] * factor));
}
