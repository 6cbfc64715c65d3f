#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include <ucontext.h>

#define NIN_EMULATED
#include "emulation.hpp"

namespace emulation {

thread_local Position position;

namespace {

constexpr size_t STACK_BYTES = 32 * 1024;

Kernel* first_kernel = nullptr;

// The coroutines of one block.
struct Block {
    ucontext_t scheduler;
    std::vector<ucontext_t> threads;
    std::unique_ptr<char[]> stacks;
    std::vector<bool> done;
    size_t running;
    void (*call)(void**);
    void** arguments;
};

thread_local Block* block = nullptr;

void run_thread() {
    block->call(block->arguments);
    block->done[block->running] = true;
    swapcontext(&block->threads[block->running], &block->scheduler);
}

}  // namespace

Kernel::Kernel(const char* name, void (*call)(void**), bool has_barriers)
    : name(name), call(call), has_barriers(has_barriers), next(first_kernel) {
    first_kernel = this;
}

void barrier() {
    if (!block) {
        std::fprintf(stderr, "names.inc does not say that this kernel has barriers\n");
        std::abort();
    }
    swapcontext(&block->threads[block->running], &block->scheduler);
}

namespace {

void take_place(size_t thread) {
    const Index& size = position.block_size;
    position.thread = {unsigned(thread % size.x), unsigned(thread / size.x), 0};
}

void prepare_thread(Block& playing, size_t thread) {
    ucontext_t& context = playing.threads[thread];
    getcontext(&context);
    context.uc_stack.ss_sp = &playing.stacks[thread * STACK_BYTES];
    context.uc_stack.ss_size = STACK_BYTES;
    context.uc_link = nullptr;
    makecontext(&context, run_thread, 0);
    playing.done[thread] = false;
}

void play_block(Block& playing, bool falling) {
    size_t count = playing.threads.size();
    block = &playing;
    position.block_number++;
    for (size_t thread = 0; thread < count; thread++) prepare_thread(playing, thread);
    for (size_t left = count; left > 0;) {
        for (size_t turn = 0; turn < count; turn++) {
            size_t thread = falling ? count - 1 - turn : turn;
            if (playing.done[thread]) continue;
            take_place(thread);
            playing.running = thread;
            swapcontext(&playing.scheduler, &playing.threads[thread]);
            if (playing.done[thread]) left--;
        }
    }
    block = nullptr;
}

void play_threads(const Kernel& kernel, void** arguments, size_t count, bool falling) {
    for (size_t turn = 0; turn < count; turn++) {
        take_place(falling ? count - 1 - turn : turn);
        kernel.call(arguments);
    }
}

}  // namespace

}  // namespace emulation

// Runs a kernel; returns whether there is one of this name.
extern "C" int nin_emulate(const char* name, const unsigned grid[2], const unsigned block_size[2],
                           void** arguments, int falling) {
    using namespace emulation;
    for (Kernel* kernel = first_kernel; kernel; kernel = kernel->next) {
        if (std::strcmp(kernel->name, name) != 0) continue;
        size_t count = size_t(block_size[0]) * block_size[1];
        Block playing;
        if (kernel->has_barriers) {
            playing.threads.resize(count);
            playing.stacks.reset(new char[count * STACK_BYTES]);
            playing.done.resize(count);
        }
        playing.call = kernel->call;
        playing.arguments = arguments;
        position.block_size = {block_size[0], block_size[1], 1};
        position.grid_size = {grid[0], grid[1], 1};
        size_t blocks = size_t(grid[0]) * grid[1];
        for (size_t turn = 0; turn < blocks; turn++) {
            size_t place = falling ? blocks - 1 - turn : turn;
            position.block = {unsigned(place % grid[0]), unsigned(place / grid[0]), 0};
            if (kernel->has_barriers)
                play_block(playing, falling);
            else
                play_threads(*kernel, arguments, count, falling);
        }
        return 1;
    }
    return 0;
}

#include "../kernels/all.cu"

#define NIN_KNOWN(name, has_barriers)                                                  \
    static emulation::Kernel name##_kernel(                                            \
        #name, [](void** arguments) { emulation::call(name, arguments); }, has_barriers)
#define NIN_NAMED(name) NIN_KNOWN(name, false)
#define NIN_NAMED_WITH_BARRIERS(name) NIN_KNOWN(name, true)

#include "names.inc"
