// Patches of a convolution: gathered into a matrix for a product, and back. A
// row of the matrix is an output pixel, its numbers are kernel row, kernel
// column, channel. Rows of some pictures are made at once, of `images` from the
// first one on.
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
        u32 end_y = end_window(in.y, w, w.out_height), end_x = end_window(in.x, w, w.out_width);
        float sum = 0.0f;
        for (u32 y = first_window(in.y, w); y < end_y; y++) {
            for (u32 x = first_window(in.x, w); x < end_x; x++) {
                u32 row = in.y + w.padding - y * w.stride, column = in.x + w.padding - x * w.stride;
                u64 pixel = (in.image * w.out_height + y) * w.out_width + x;
                u32 within = (row * w.kernel_size + column) * w.channels + in.channel;
                sum += patches[pixel * patch + within];
            }
        }
        grad_input[i] = sum;
    }
}
