// A stand-in for libcublas.so: the functions of cuBLAS that this project calls, as
// its documentation has them, in loops.

#include <cstdint>
#include <cstring>
#include <vector>

namespace {

enum Status { SUCCESS = 0, INVALID_VALUE = 7 };
enum Kind { F32 = 0, BF16 = 14 };
enum Compute { COMPUTE_32F = 68, COMPUTE_32F_FAST_TF32 = 77 };

int handle;

float number(const void* numbers, int kind, int64_t place) {
    if (kind == F32) return static_cast<const float*>(numbers)[place];
    uint32_t bits = uint32_t(static_cast<const uint16_t*>(numbers)[place]) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// In eight sums that a vector can hold.
double dot(const float* a, const float* b, int64_t count) {
    double sums[8] = {};
    int64_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (int lane = 0; lane < 8; lane++) sums[lane] += double(a[i + lane]) * b[i + lane];
    for (; i < count; i++) sums[0] += double(a[i]) * b[i];
    double sum = 0.0;
    for (double lane : sums) sum += lane;
    return sum;
}

}  // namespace

extern "C" {

int cublasCreate_v2(void** created) {
    *created = &handle;
    return SUCCESS;
}

int cublasDestroy_v2(void* destroyed) { return destroyed == &handle ? SUCCESS : INVALID_VALUE; }

// C = alpha · op(A) · op(B) + beta · C, column-major: op(A) is m × k, op(B) k × n.
int cublasGemmEx(void* user, int transposes_a, int transposes_b, int m, int n, int k,
                 const void* alpha, const void* a, int a_kind, int lda, const void* b, int b_kind,
                 int ldb, const void* beta, void* c, int c_kind, int ldc, int compute,
                 int algorithm) {
    bool is_known = (a_kind == F32 || a_kind == BF16) && a_kind == b_kind && c_kind == F32;
    bool is_computed = compute == COMPUTE_32F || compute == COMPUTE_32F_FAST_TF32;
    bool is_room = lda >= (transposes_a ? k : m) && ldb >= (transposes_b ? n : k) && ldc >= m;
    if (user != &handle || !is_known || !is_computed || !is_room || algorithm != -1)
        return INVALID_VALUE;
    // The rows of op(A) and the columns of op(B), each k numbers that lie together.
    std::vector<float> rows(size_t(m) * k), columns(size_t(n) * k);
    for (int64_t row = 0; row < m; row++)
        for (int64_t i = 0; i < k; i++)
            rows[row * k + i] = number(a, a_kind, transposes_a ? row * lda + i : i * lda + row);
    for (int64_t column = 0; column < n; column++)
        for (int64_t i = 0; i < k; i++)
            columns[column * k + i] =
                number(b, b_kind, transposes_b ? i * ldb + column : column * ldb + i);
    float one = *static_cast<const float*>(alpha), old = *static_cast<const float*>(beta);
    for (int64_t column = 0; column < n; column++) {
        for (int64_t row = 0; row < m; row++) {
            double sum = dot(&rows[row * k], &columns[column * k], k);
            float& place = static_cast<float*>(c)[column * ldc + row];
            // What is there does not count with a beta of 0, not even as NaN.
            place = float(one * sum) + (old == 0.0f ? 0.0f : old * place);
        }
    }
    return SUCCESS;
}

}  // extern "C"
