// Sums over the rows of a rows × channels matrix, in two kernels: the first one
// sums parts of the rows, the second one the parts. No atomic addition is made,
// so the order of all additions, and with it every bit, is always the same.
#pragma once
#include "common.cuh"

// Threads of a block: channels × rows at once.
#define COLUMN_LANES 32
#define ROW_LANES 8

// The sum over the row lanes of a block, for the first of them; 0 for the others.
NIN_DEVICE float sum_of_row_lanes(float* shared, float value) {
    u32 place = threadIdx.y * COLUMN_LANES + threadIdx.x;
    shared[place] = value;
    __syncthreads();
    for (u32 half = ROW_LANES / 2; half > 0; half /= 2) {
        if (threadIdx.y < half) shared[place] += shared[place + half * COLUMN_LANES];
        // The last one keeps the next sum's numbers out, too.
        __syncthreads();
    }
    return threadIdx.y == 0 ? shared[threadIdx.x] : 0.0f;
}

// grad = gradient before the activation, in its place; partial[part, c] = its
// sum over the rows of the part.
NIN_KERNEL(bias_activation_backward)(const float* values, float* grad, u32 relu, u64 rows,
                                     u32 channels, u32 rows_per_part, float* partial) {
    NIN_SHARED(float, shared, COLUMN_LANES * ROW_LANES);
    u32 channel = blockIdx.x * COLUMN_LANES + threadIdx.x;
    u64 first = (u64)blockIdx.y * rows_per_part;
    u64 end = first + rows_per_part < rows ? first + rows_per_part : rows;
    float sum = 0.0f;
    if (channel < channels) {
        for (u64 row = first + threadIdx.y; row < end; row += ROW_LANES) {
            u64 at = row * channels + channel;
            float g = grad[at];
            if (relu) {
                g = activate_backward(values[at], g, relu);
                grad[at] = g;
            }
            sum += g;
        }
    }
    sum = sum_of_row_lanes(shared, sum);
    if (threadIdx.y == 0 && channel < channels) partial[(u64)blockIdx.y * channels + channel] = sum;
}

// sums[c] = sum of partial[part, c] over all parts.
NIN_KERNEL(sum_parts)(const float* partial, u32 parts, u32 channels, float* sums) {
    for (u64 c = first_element(); c < channels; c += element_step()) {
        double sum = 0.0;
        for (u32 part = 0; part < parts; part++) sum += partial[(u64)part * channels + c];
        sums[c] = (float)sum;
    }
}
