// From the bytes of a data set, kept on the card, to a batch of numbers: resized
// as Pillow does, mirrored, moved, normalised, erased; bit for bit as on the CPU.
#pragma once
#include "common.cuh"

// The filter of one axis: of output i `count[i]` inputs from `first[i]` on, with
// weights in units of 2⁻²² at `weights[i · taps]`.
struct Filter {
    const u32* first;
    const u32* count;
    const int* weights;
    u32 taps;
};

// What is done to a picture besides: moved down and to the right by so many
// pixels, mirrored before that, and a rectangle of it set to 0 at last.
struct Change {
    int down, right;
    u32 mirrored, top, left, height, width;
};

#define PRECISION_BITS 22

NIN_DEVICE u8 round_to_byte(int sum) {
    int value = sum >> PRECISION_BITS;
    return (u8)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// The horizontal pass over the pictures `indices` of the set: batch, in-height,
// out-width, C.
NIN_KERNEL(resize_rows)(const u8* pictures, const u32* indices, Filter columns, u32 in_height,
                        u32 in_width, u32 out_width, u32 channels, u64 len, u8* between) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        Place at = place_of(i, in_height, out_width, channels);
        u32 x = at.x;
        Place from = {indices[at.image], at.y, columns.first[x], at.channel};
        u64 start = index_of(from, in_height, in_width, channels);
        int sum = 1 << (PRECISION_BITS - 1);
        for (u32 tap = 0; tap < columns.count[x]; tap++)
            sum += pictures[start + (u64)tap * channels] * columns.weights[x * columns.taps + tap];
        between[i] = round_to_byte(sum);
    }
}

// The row or column, of `length`, that comes to `place` in a shift; −1 for black.
NIN_DEVICE int shifted_from(int place, int shift, int length, u32 reflect) {
    int source = place - shift;
    if (source >= 0 && source < length) return source;
    if (!reflect) return -1;
    return source < 0 ? -source : 2 * (length - 1) - source;
}

// The vertical pass and all that follows it. `between` holds the batch's
// pictures, in-height high; `changes` may be null; `tables` turn the bytes of each
// channel into numbers.
NIN_KERNEL(finish_pictures)(const u8* between, Filter rows, const Change* changes, u32 reflect,
                            const float* tables, u32 in_height, u32 out_height, u32 out_width,
                            u32 channels, u64 len, float* output) {
    for (u64 i = first_element(); i < len; i += element_step()) {
        Place at = place_of(i, out_height, out_width, channels);
        int x = (int)at.x, y = (int)at.y;
        if (changes) {
            Change change = changes[at.image];
            u32 row = (u32)y - change.top, column = (u32)x - change.left;
            if (row < change.height && column < change.width) {
                output[i] = 0.0f;
                continue;
            }
            y = shifted_from(y, change.down, (int)out_height, reflect);
            x = shifted_from(x, change.right, (int)out_width, reflect);
            if (change.mirrored && x >= 0) x = (int)out_width - 1 - x;
        }
        u8 value = 0;
        if (y >= 0 && x >= 0) {
            Place from = {at.image, rows.first[y], (u32)x, at.channel};
            u64 start = index_of(from, in_height, out_width, channels);
            u64 row = (u64)out_width * channels;
            int sum = 1 << (PRECISION_BITS - 1);
            for (u32 tap = 0; tap < rows.count[y]; tap++)
                sum += between[start + tap * row] * rows.weights[y * rows.taps + tap];
            value = round_to_byte(sum);
        }
        output[i] = tables[at.channel * 256 + value];
    }
}
