// Pooling over windows, whole pictures, and their gradients. Each gradient is
// collected by the input pixel from the windows that cover it: nothing is added
// to one place by two threads.
#pragma once
#include "common.cuh"

// The first place of a window of outputs that covers the input place `at`, and
// the one behind the last.
NIN_DEVICE u32 first_window(u32 at, Window w) {
    u32 padded = at + w.padding;
    return padded < w.kernel_size ? 0 : (padded - w.kernel_size) / w.stride + 1;
}
NIN_DEVICE u32 end_window(u32 at, Window w, u32 outputs) {
    u32 end = (at + w.padding) / w.stride + 1;
    return end < outputs ? end : outputs;
}

// Calls visit(position, in) for each pixel inside the input that the window of
// `out` covers; the position in the window is row · kernel_size + column.
template <typename Visit>
NIN_DEVICE void for_each_pixel(Place out, Window w, Visit visit) {
    for (u32 row = 0; row < w.kernel_size; row++) {
        for (u32 column = 0; column < w.kernel_size; column++) {
            u32 y = out.y * w.stride + row, x = out.x * w.stride + column;
            if (y < w.padding || y >= w.in_height + w.padding) continue;
            if (x < w.padding || x >= w.in_width + w.padding) continue;
            Place in = {out.image, y - w.padding, x - w.padding, out.channel};
            visit(row * w.kernel_size + column, in);
        }
    }
}

// Calls visit(position, out) for each output whose window covers the pixel `in`.
template <typename Visit>
NIN_DEVICE void for_each_window(Place in, Window w, Visit visit) {
    u32 end_y = end_window(in.y, w, w.out_height), end_x = end_window(in.x, w, w.out_width);
    for (u32 y = first_window(in.y, w); y < end_y; y++) {
        for (u32 x = first_window(in.x, w); x < end_x; x++) {
            u32 row = in.y + w.padding - y * w.stride, column = in.x + w.padding - x * w.stride;
            Place out = {in.image, y, x, in.channel};
            visit(row * w.kernel_size + column, out);
        }
    }
}

// The largest value of each window and its position row · kernel_size + column;
// the first of equal ones, of several NaN the last. `indices` may be null.
NIN_KERNEL(max_pool_forward)(const float* input, Window w, u64 len, float* output, u8* indices) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        Place out = place_of(i, w.out_height, w.out_width, w.channels);
        float best = 0.0f;
        int index = -1;
        for_each_pixel(out, w, [&](u32 position, Place in) {
            float value = input[index_of(in, w.in_height, w.in_width, w.channels)];
            if (index < 0 || value > best || value != value) {
                best = value;
                index = (int)position;
            }
        });
        output[i] = best;
        if (indices) indices[i] = (u8)index;
    }
}

NIN_KERNEL(max_pool_backward)(const float* grad_output, const u8* indices, Window w, u64 len,
                              float* grad_input) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        Place in = place_of(i, w.in_height, w.in_width, w.channels);
        float sum = 0.0f;
        for_each_window(in, w, [&](u32 position, Place out) {
            u64 o = index_of(out, w.out_height, w.out_width, w.channels);
            if (indices[o] == position) sum += grad_output[o];
        });
        grad_input[i] = sum;
    }
}

// Positions of a window that count along one axis: pixels that it covers or,
// with `whole`, all that do not lie behind the padding.
NIN_DEVICE u32 counted(u32 at, u32 size, Window w, u32 whole) {
    u32 start = at * w.stride, end = start + w.kernel_size;
    u32 low = whole ? 0 : w.padding, high = size + w.padding + (whole ? w.padding : 0);
    if (start < low) start = low;
    if (end > high) end = high;
    return end > start ? end - start : 0;
}

NIN_DEVICE float divisor(u32 y, u32 x, Window w, u32 whole) {
    return (float)(counted(y, w.in_height, w, whole) * counted(x, w.in_width, w, whole));
}

// The mean of each window over the pixels that it covers or, with `whole`, over
// its area with the padding.
NIN_KERNEL(avg_pool_forward)(const float* input, Window w, u32 whole, u64 len, float* output) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        Place out = place_of(i, w.out_height, w.out_width, w.channels);
        float sum = 0.0f;
        for_each_pixel(out, w, [&](u32, Place in) {
            sum += input[index_of(in, w.in_height, w.in_width, w.channels)];
        });
        output[i] = sum / divisor(out.y, out.x, w, whole);
    }
}

NIN_KERNEL(avg_pool_backward)(const float* grad_output, Window w, u32 whole, u64 len,
                              float* grad_input) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        Place in = place_of(i, w.in_height, w.in_width, w.channels);
        float sum = 0.0f;
        for_each_window(in, w, [&](u32, Place out) {
            u64 o = index_of(out, w.out_height, w.out_width, w.channels);
            sum += grad_output[o] / divisor(out.y, out.x, w, whole);
        });
        grad_input[i] = sum;
    }
}

// The mean over the pixels of each channel of each picture; a thread a mean.
NIN_KERNEL(global_avg_pool_forward)(const float* input, u32 pixels, u32 channels, u64 len,
                                    float* output) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        u64 image = quotient_of(i, channels);
        const float* values = input + image * pixels * channels + remainder_of(i, channels);
        float sum = 0.0f;
        for (u32 pixel = 0; pixel < pixels; pixel++) sum += values[(u64)pixel * channels];
        output[i] = sum / (float)pixels;
    }
}

NIN_KERNEL(global_avg_pool_backward)(const float* grad_output, u32 pixels, u32 channels, u64 len,
                                     float* grad_input) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        u64 image = quotient_of(quotient_of(i, channels), pixels);
        grad_input[i] = grad_output[image * channels + remainder_of(i, channels)] / (float)pixels;
    }
}
