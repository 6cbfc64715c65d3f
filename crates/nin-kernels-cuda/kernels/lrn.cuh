// Local response normalisation over channels: y = x · d^−beta with
// d = k + weight · Σ x² over the window from c − size/2 to c + (size − 1)/2.
#pragma once
#include "common.cuh"

NIN_DEVICE u32 window_start(u32 channel, u32 below) { return channel < below ? 0 : channel - below; }
NIN_DEVICE u32 window_end(u32 channel, u32 above, u32 channels) {
    return channel + above + 1 < channels ? channel + above + 1 : channels;
}

// Also writes the denominators d, which the gradient needs.
NIN_KERNEL(lrn_forward)(const float* input, u32 channels, u32 size, float k, float weight,
                        float beta, u64 len, float* output, float* denominators) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        u32 channel = remainder_of(i, channels);
        const float* row = input + (i - channel);
        u32 end = window_end(channel, (size - 1) / 2, channels);
        float sum = 0.0f;
        for (u32 c = window_start(channel, size / 2); c < end; c++) sum += row[c] * row[c];
        float d = k + weight * sum;
        denominators[i] = d;
        output[i] = row[channel] * powf(d, -beta);
    }
}

// The windows that hold channel j are those of j − (size − 1)/2 to j + size/2.
NIN_KERNEL(lrn_backward)(const float* input, const float* denominators, const float* grad_output,
                         u32 channels, u32 size, float weight, float beta, u64 len,
                         float* grad_input) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        u32 channel = remainder_of(i, channels);
        u64 start = i - channel;
        u32 end = window_end(channel, size / 2, channels);
        float sum = 0.0f;
        for (u32 c = window_start(channel, (size - 1) / 2); c < end; c++) {
            u64 at = start + c;
            sum += grad_output[at] * input[at] * powf(denominators[at], -beta - 1.0f);
        }
        float own = grad_output[i] * powf(denominators[i], -beta);
        grad_input[i] = own - 2.0f * beta * weight * input[i] * sum;
    }
}
