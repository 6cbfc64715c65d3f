// A stand-in for libcuda.so.1 on machines without a card: the functions of NVIDIA's
// driver that this project calls, as its documentation has them. Memory is the
// CPU's, and kernels are played from their own source. Calls that a driver would
// refuse are refused: addresses outside of what was allocated, kernels that are not
// in the PTX, a thread without a context.

#include <cstring>
#include <map>
#include <mutex>
#include <string>

extern "C" int nin_emulate(const char* name, const unsigned grid[2], const unsigned block_size[2],
                           void** arguments, int falling);

namespace {

enum Result {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    INVALID_DEVICE = 101,
    INVALID_CONTEXT = 201,
    NOT_FOUND = 500,
};

typedef unsigned long long Address;

std::mutex mutex;
std::map<Address, size_t> allocations;
std::map<std::string, std::string> functions;
std::string ptx;
int context;
thread_local void* current = nullptr;

bool is_allocated(Address address, size_t bytes) {
    auto above = allocations.upper_bound(address);
    if (above == allocations.begin()) return false;
    auto [start, size] = *--above;
    return address - start <= size && bytes <= size - (address - start);
}

}  // namespace

extern "C" {

int cuInit(unsigned flags) { return flags == 0 ? SUCCESS : INVALID_VALUE; }

int cuDeviceGetCount(int* count) {
    *count = 1;
    return SUCCESS;
}

int cuDeviceGet(int* device, int ordinal) {
    *device = ordinal;
    return ordinal == 0 ? SUCCESS : INVALID_DEVICE;
}

int cuDeviceGetName(char* name, int length, int device) {
    if (device != 0) return INVALID_DEVICE;
    std::strncpy(name, "stand-in for a card", length);
    return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void** retained, int device) {
    *retained = &context;
    return device == 0 ? SUCCESS : INVALID_DEVICE;
}

int cuDevicePrimaryCtxRelease_v2(int device) { return device == 0 ? SUCCESS : INVALID_DEVICE; }

int cuCtxSetCurrent(void* chosen) {
    if (chosen != &context) return INVALID_CONTEXT;
    current = chosen;
    return SUCCESS;
}

int cuGetErrorName(int error, const char** text) {
    *text = error == NOT_FOUND ? "CUDA_ERROR_NOT_FOUND" : "CUDA_ERROR";
    return SUCCESS;
}

int cuGetErrorString(int, const char** text) {
    *text = "refused by the stand-in";
    return SUCCESS;
}

int cuModuleLoadData(void** module, const void* image) {
    if (!current) return INVALID_CONTEXT;
    std::lock_guard<std::mutex> lock(mutex);
    ptx = static_cast<const char*>(image);
    *module = &ptx;
    return ptx.find(".version ") == std::string::npos ? INVALID_VALUE : SUCCESS;
}

int cuModuleUnload(void* module) { return module == &ptx ? SUCCESS : INVALID_VALUE; }

int cuModuleGetFunction(void** function, void* module, const char* name) {
    if (module != &ptx) return INVALID_VALUE;
    std::lock_guard<std::mutex> lock(mutex);
    if (ptx.find(".entry " + std::string(name) + "(") == std::string::npos) return NOT_FOUND;
    *function = &(functions[name] = name);
    return SUCCESS;
}

int cuMemAlloc_v2(Address* address, size_t bytes) {
    if (!current) return INVALID_CONTEXT;
    if (bytes == 0) return INVALID_VALUE;
    char* memory = new char[bytes];
    // NaN, and no index of anything.
    std::memset(memory, 0xff, bytes);
    std::lock_guard<std::mutex> lock(mutex);
    *address = reinterpret_cast<Address>(memory);
    allocations[*address] = bytes;
    return SUCCESS;
}

int cuMemFree_v2(Address address) {
    std::lock_guard<std::mutex> lock(mutex);
    if (allocations.erase(address) == 0) return INVALID_VALUE;
    delete[] reinterpret_cast<char*>(address);
    return SUCCESS;
}

int cuMemcpyHtoD_v2(Address to, const void* from, size_t bytes) {
    if (!current) return INVALID_CONTEXT;
    std::lock_guard<std::mutex> lock(mutex);
    if (bytes > 0 && !is_allocated(to, bytes)) return INVALID_VALUE;
    std::memcpy(reinterpret_cast<void*>(to), from, bytes);
    return SUCCESS;
}

int cuMemcpyDtoH_v2(void* to, Address from, size_t bytes) {
    if (!current) return INVALID_CONTEXT;
    std::lock_guard<std::mutex> lock(mutex);
    if (bytes > 0 && !is_allocated(from, bytes)) return INVALID_VALUE;
    std::memcpy(to, reinterpret_cast<void*>(from), bytes);
    return SUCCESS;
}

int cuLaunchKernel(void* function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                   unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                   void* stream, void** arguments, void** extra) {
    if (!current) return INVALID_CONTEXT;
    // The limits of all cards.
    bool is_too_large = block_x * block_y > 1024 || grid_y > 65535;
    bool is_odd = grid_z != 1 || block_z != 1 || shared_bytes != 0 || stream || extra;
    if (is_too_large || is_odd) return INVALID_VALUE;
    const unsigned grid[2] = {grid_x, grid_y}, block_size[2] = {block_x, block_y};
    const char* name = static_cast<std::string*>(function)->c_str();
    return nin_emulate(name, grid, block_size, arguments, 0) ? SUCCESS : NOT_FOUND;
}

}  // extern "C"
