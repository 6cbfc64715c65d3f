// What moves the weights: SGD, averages, and the check that must come before.
#pragma once
#include "common.cuh"

// What the word `failed` holds while the step has not.
#define NOT_FAILED 0xffffffffu

// Notes in `failed` the smallest of `first` + i over the numbers i that are not
// finite.
NIN_KERNEL(check_finite)(const float* values, u32 first, u64 len, u32* failed) {
    for (u64 i = first_element(); i < len; i += element_step())
        // A product with 0 is 0 for finite numbers and NaN for others.
        if (values[i] * 0.0f != 0.0f) atomicMin(failed, first + (u32)i);
}

// One step of SGD as PyTorch has it, unless the step has failed. With `first` the
// momentum buffer is written without being read.
NIN_KERNEL(sgd)(float* weight, const float* grad, float* momentum_buffer, float lr, float momentum,
                float undampened, float weight_decay, u32 nesterov, u32 first, u64 len,
                const u32* failed) {
    if (*failed != NOT_FAILED) return;
    for (u64 i = first_element(); i < len; i += element_step()) {
        float g = grad[i] + weight_decay * weight[i];
        if (momentum != 0.0f) {
            float b = first ? g : momentum * momentum_buffer[i] + undampened * g;
            momentum_buffer[i] = b;
            g = nesterov ? g + momentum * b : b;
        }
        weight[i] -= lr * g;
    }
}

// average += gain · (weight − average), or a copy for the first one, unless the
// step has failed.
NIN_KERNEL(move_average)(float* average, const float* weight, float gain, u32 first, u64 len,
                         const u32* failed) {
    if (*failed != NOT_FAILED) return;
    for (u64 i = first_element(); i < len; i += element_step())
        average[i] = first ? weight[i] : average[i] + gain * (weight[i] - average[i]);
}

// bfloat16, rounded to nearest, ties to even.
NIN_KERNEL(to_bfloat16)(const float* values, u64 len, u16* rounded) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        u32 bits = __float_as_uint(values[i]);
        // What is not a number would be carried into one.
        if (values[i] != values[i]) bits |= 0x00400000u;
        else bits += 0x7fffu + ((bits >> 16) & 1u);
        rounded[i] = (u16)(bits >> 16);
    }
}
