// Bias and activation behind a product.
#pragma once
#include "common.cuh"

// values = activation(values + bias), a bias for each channel.
NIN_KERNEL(bias_activation_forward)(float* values, const float* bias, u32 relu, u32 channels,
                                    u64 len) {
    for (u64 i = first_element(); i < len; i += element_step())
        values[i] = activate(values[i] + bias[remainder_of(i, channels)], relu);
}
