// What all kernels share. The same source is compiled by nvcc for the card and,
// with NIN_EMULATED, by a host compiler for the tests.
#pragma once

#ifdef NIN_EMULATED
#include "../emulation/emulation.hpp"
#else
// A kernel, found by its name in the PTX.
#define NIN_KERNEL(name) extern "C" __global__ void name
// Shared memory of a block.
#define NIN_SHARED(type, name, count) __shared__ type name[count]
#define NIN_DEVICE __device__ __forceinline__
#endif

typedef unsigned long long u64;
typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;

// The thread's first element, and how far it is to its next one: a kernel's
// loop over elements works with any number of blocks.
NIN_DEVICE u64 first_element() { return (u64)blockIdx.x * blockDim.x + threadIdx.x; }
NIN_DEVICE u64 element_step() { return (u64)gridDim.x * blockDim.x; }

// A card divides 32 bits several times faster than 64, and most places fit.
NIN_DEVICE u32 remainder_of(u64 place, u32 size) {
    return place >> 32 ? (u32)(place % size) : (u32)place % size;
}
NIN_DEVICE u64 quotient_of(u64 place, u32 size) {
    return place >> 32 ? place / size : (u32)place / size;
}

// Where an element of pictures lies.
struct Place {
    u64 image;
    u32 y, x, channel;
};

NIN_DEVICE Place place_of(u64 index, u32 height, u32 width, u32 channels) {
    Place place;
    place.channel = remainder_of(index, channels);
    index = quotient_of(index, channels);
    place.x = remainder_of(index, width);
    index = quotient_of(index, width);
    place.y = remainder_of(index, height);
    place.image = quotient_of(index, height);
    return place;
}

NIN_DEVICE u64 index_of(Place place, u32 height, u32 width, u32 channels) {
    return ((place.image * height + place.y) * width + place.x) * channels + place.channel;
}

// max(x, 0); NaN stays NaN, so that a broken run shows itself.
NIN_DEVICE float activate(float x, u32 relu) { return relu && x <= 0.0f ? 0.0f : x; }

// The gradient before the function from its value and the gradient after it.
NIN_DEVICE float activate_backward(float value, float grad, u32 relu) {
    return relu && value <= 0.0f ? 0.0f : grad;
}

// Windows of convolutions and pooling over pictures, N, H, W, C.
struct Window {
    u32 in_height, in_width, out_height, out_width, channels;
    u32 kernel_size, stride, padding;
};
