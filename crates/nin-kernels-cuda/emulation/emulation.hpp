// Plays CUDA's grid, blocks and threads on a CPU, so that the kernels' own source
// runs where there is no card.
//
// Blocks run one after the other, and so do the threads of a block, in rising or,
// to find what depends on their order, in falling order. Where a kernel has
// barriers its threads are coroutines: each runs until it waits, then the next one
// does. Shared memory is filled with bytes of NaN before each block. What this
// cannot show: threads that really run at once, and speed.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstring>
#include <utility>

namespace emulation {

struct Index {
    unsigned x, y, z;
};

struct Position {
    Index thread, block, block_size, grid_size;
    // Differs from block to block.
    unsigned long long block_number;
};

extern thread_local Position position;

// Where a thread waits until all of its block do.
void barrier();

// Fills shared memory that this block has not touched yet.
inline void begin_shared(void* memory, size_t bytes, unsigned long long& owner) {
    if (owner != position.block_number) {
        owner = position.block_number;
        std::memset(memory, 0xff, bytes);
    }
}

// A kernel by name, whose arguments come as cuLaunchKernel takes them: an array of
// pointers to each.
struct Kernel {
    Kernel(const char* name, void (*call)(void** arguments), bool has_barriers);
    const char* name;
    void (*call)(void** arguments);
    // Without them threads need not be coroutines, which is much faster.
    bool has_barriers;
    Kernel* next;
};

template <typename... Arguments, size_t... Places>
void call(void (*kernel)(Arguments...), void** arguments, std::index_sequence<Places...>) {
    kernel(*static_cast<Arguments*>(arguments[Places])...);
}

template <typename... Arguments>
void call(void (*kernel)(Arguments...), void** arguments) {
    call(kernel, arguments, std::index_sequence_for<Arguments...>());
}

}  // namespace emulation

#define threadIdx (emulation::position.thread)
#define blockIdx (emulation::position.block)
#define blockDim (emulation::position.block_size)
#define gridDim (emulation::position.grid_size)
#define __syncthreads() emulation::barrier()
#define NIN_DEVICE static inline
#define NIN_KERNEL(name) static void name
#define NIN_SHARED(type, name, count)                     \
    static thread_local type name[count];                 \
    static thread_local unsigned long long name##_owner; \
    emulation::begin_shared(name, sizeof name, name##_owner)

static inline unsigned __float_as_uint(float value) {
    unsigned bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

// One thread runs at a time.
static inline unsigned atomicMin(unsigned* at, unsigned value) {
    unsigned before = *at;
    if (value < before) *at = value;
    return before;
}

using std::exp;
using std::log1p;
using std::sqrt;
