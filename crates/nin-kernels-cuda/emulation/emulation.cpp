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

Kernel::Kernel(const char* name, void (*call)(void**)) : name(name), call(call), next(first_kernel) {
    first_kernel = this;
}

void barrier() { swapcontext(&block->threads[block->running], &block->scheduler); }

namespace {

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
            const Index& size = position.block_size;
            position.thread = {unsigned(thread % size.x), unsigned(thread / size.x % size.y),
                               unsigned(thread / size.x / size.y)};
            playing.running = thread;
            swapcontext(&playing.scheduler, &playing.threads[thread]);
            if (playing.done[thread]) left--;
        }
    }
    block = nullptr;
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
        playing.threads.resize(count);
        playing.stacks.reset(new char[count * STACK_BYTES]);
        playing.done.resize(count);
        playing.call = kernel->call;
        playing.arguments = arguments;
        position.block_size = {block_size[0], block_size[1], 1};
        position.grid_size = {grid[0], grid[1], 1};
        size_t blocks = size_t(grid[0]) * grid[1];
        for (size_t turn = 0; turn < blocks; turn++) {
            size_t place = falling ? blocks - 1 - turn : turn;
            position.block = {unsigned(place % grid[0]), unsigned(place / grid[0] % grid[1]),
                              unsigned(place / grid[0] / grid[1])};
            play_block(playing, falling);
        }
        return 1;
    }
    return 0;
}

#include "../kernels/all.cu"

#define NIN_NAMED(name) \
    static emulation::Kernel name##_kernel(#name, [](void** arguments) { emulation::call(name, arguments); })

#include "names.inc"
