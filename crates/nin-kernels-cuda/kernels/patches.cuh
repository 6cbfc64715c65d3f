// Patches of a convolution: gathered into a matrix for a product, and back. A
// row of the matrix is an output pixel, its numbers are kernel row, kernel
// column, channel.
#pragma once
#include "pool.cuh"

NIN_KERNEL(gather_patches)(const float* input, Window w, u64 len, float* patches) {
    u32 patch = w.kernel_size * w.kernel_size * w.channels;
    for (u64 i = first_element(); i < len; i += element_step()) {
        u32 within = remainder_of(i, patch);
        Place out = place_of(quotient_of(i, patch), w.out_height, w.out_width, 1);
        u32 channel = within % w.channels, position = within / w.channels;
        u32 y = out.y * w.stride + position / w.kernel_size;
        u32 x = out.x * w.stride + position % w.kernel_size;
        bool inside = y >= w.padding && y < w.in_height + w.padding && x >= w.padding &&
                      x < w.in_width + w.padding;
        Place in = {out.image, y - w.padding, x - w.padding, channel};
        patches[i] = inside ? input[index_of(in, w.in_height, w.in_width, w.channels)] : 0.0f;
    }
}

// The sum of each input pixel's places in the patches.
NIN_KERNEL(scatter_patches)(const float* patches, Window w, u64 len, float* grad_input) {
    u32 patch = w.kernel_size * w.kernel_size * w.channels;
    for (u64 i = first_element(); i < len; i += element_step()) {
        Place in = place_of(i, w.in_height, w.in_width, w.channels);
        float sum = 0.0f;
        for_each_window(in, w, [&](u32 position, Place out) {
            u64 pixel = (out.image * w.out_height + out.y) * w.out_width + out.x;
            sum += patches[pixel * patch + position * w.channels + out.channel];
        });
        grad_input[i] = sum;
    }
}
