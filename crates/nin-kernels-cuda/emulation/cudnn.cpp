// A stand-in for libcudnn.so: the functions of cuDNN that this project calls, as its
// documentation has them, in plain loops. It knows channels-last tensors of floats
// and refuses a strided convolution as not supported, so that both ways are gone.

#include <cstdint>
#include <cstring>

namespace {

enum Status { SUCCESS = 0, BAD_PARAM = 2000, NOT_SUPPORTED = 3000 };
enum { NHWC = 1, FLOAT = 0, CROSS_CORRELATION = 1 };
constexpr size_t WORKSPACE = 64;

int handle;

// Sizes in the order N, C, H, W, or K, C, H, W of a filter.
struct Tensor {
    int n, c, h, w;

    int64_t at(int64_t image, int64_t row, int64_t column, int64_t channel) const {
        return ((image * h + row) * w + column) * c + channel;
    }
};

struct Convolution {
    int padding, stride;
};

// Calls visit(input, weight, output) with the places of the first of every x.c
// products, which lie side by side in input and weight and belong to one output.
template <typename Visit>
void for_each_product(const Tensor& x, const Tensor& w, const Convolution& conv, const Tensor& y,
                      Visit visit) {
    for (int n = 0; n < y.n; n++)
        for (int row = 0; row < y.h; row++)
            for (int column = 0; column < y.w; column++)
                for (int o = 0; o < y.c; o++)
                    for (int ky = 0; ky < w.h; ky++)
                        for (int kx = 0; kx < w.w; kx++) {
                            int in_y = row * conv.stride + ky - conv.padding;
                            int in_x = column * conv.stride + kx - conv.padding;
                            if (in_y < 0 || in_y >= x.h || in_x < 0 || in_x >= x.w) continue;
                            visit(x.at(n, in_y, in_x, 0), w.at(o, ky, kx, 0),
                                  y.at(n, row, column, o));
                        }
}

// Whether the tensors belong together.
int check(const Tensor& x, const Tensor& w, const Convolution& conv, const Tensor& y) {
    if (conv.stride != 1) return NOT_SUPPORTED;
    bool fits = y.h == x.h + 2 * conv.padding - w.h + 1 && y.w == x.w + 2 * conv.padding - w.w + 1;
    return fits && x.n == y.n && x.c == w.c && y.c == w.n ? SUCCESS : BAD_PARAM;
}

int check_call(void* user, const void* alpha, const void* workspace, size_t bytes,
               const void* beta) {
    bool is_plain = *static_cast<const float*>(alpha) == 1.0f &&
                    *static_cast<const float*>(beta) == 0.0f;
    return user == &handle && is_plain && workspace && bytes >= WORKSPACE ? SUCCESS : BAD_PARAM;
}

}  // namespace

extern "C" {

size_t cudnnGetVersion() { return 91000; }

int cudnnCreate(void** created) {
    *created = &handle;
    return SUCCESS;
}

int cudnnDestroy(void* destroyed) { return destroyed == &handle ? SUCCESS : BAD_PARAM; }

const char* cudnnGetErrorString(int) { return "refused by the stand-in"; }

int cudnnCreateTensorDescriptor(Tensor** created) {
    *created = new Tensor();
    return SUCCESS;
}

int cudnnCreateFilterDescriptor(Tensor** created) { return cudnnCreateTensorDescriptor(created); }

int cudnnCreateConvolutionDescriptor(Convolution** created) {
    *created = new Convolution();
    return SUCCESS;
}

int cudnnDestroyTensorDescriptor(Tensor* destroyed) {
    delete destroyed;
    return SUCCESS;
}

int cudnnDestroyFilterDescriptor(Tensor* destroyed) {
    return cudnnDestroyTensorDescriptor(destroyed);
}

int cudnnDestroyConvolutionDescriptor(Convolution* destroyed) {
    delete destroyed;
    return SUCCESS;
}

int cudnnSetTensor4dDescriptor(Tensor* tensor, int format, int kind, int n, int c, int h, int w) {
    *tensor = {n, c, h, w};
    return format == NHWC && kind == FLOAT ? SUCCESS : NOT_SUPPORTED;
}

int cudnnSetFilter4dDescriptor(Tensor* filter, int kind, int format, int k, int c, int h, int w) {
    return cudnnSetTensor4dDescriptor(filter, format, kind, k, c, h, w);
}

int cudnnSetConvolution2dDescriptor(Convolution* conv, int pad_h, int pad_w, int stride_h,
                                    int stride_w, int dilation_h, int dilation_w, int mode,
                                    int kind) {
    *conv = {pad_h, stride_h};
    bool is_square = pad_h == pad_w && stride_h == stride_w && dilation_h == 1 && dilation_w == 1;
    return is_square && mode == CROSS_CORRELATION && kind == FLOAT ? SUCCESS : BAD_PARAM;
}

int cudnnSetConvolutionMathType(Convolution*, int) { return SUCCESS; }

int cudnnGetConvolutionForwardWorkspaceSize(void*, Tensor* x, Tensor* w, Convolution* conv,
                                            Tensor* y, int, size_t* bytes) {
    *bytes = WORKSPACE;
    return check(*x, *w, *conv, *y);
}

int cudnnGetConvolutionBackwardDataWorkspaceSize(void*, Tensor* w, Tensor* dy, Convolution* conv,
                                                 Tensor* dx, int, size_t* bytes) {
    *bytes = WORKSPACE;
    return check(*dx, *w, *conv, *dy);
}

int cudnnGetConvolutionBackwardFilterWorkspaceSize(void*, Tensor* x, Tensor* dy, Convolution* conv,
                                                   Tensor* dw, int, size_t* bytes) {
    *bytes = WORKSPACE;
    return check(*x, *dw, *conv, *dy);
}

int cudnnConvolutionForward(void* user, const void* alpha, Tensor* x, const float* input,
                            Tensor* w, const float* weight, Convolution* conv, int algorithm,
                            void* workspace, size_t bytes, const void* beta, Tensor* y,
                            float* output) {
    if (int status = check(*x, *w, *conv, *y)) return status;
    if (algorithm != 1) return NOT_SUPPORTED;
    if (int status = check_call(user, alpha, workspace, bytes, beta)) return status;
    std::memset(output, 0, sizeof(float) * y->n * y->c * y->h * y->w);
    for_each_product(*x, *w, *conv, *y, [=](int64_t i, int64_t k, int64_t o) {
        float sum = 0.0f;
        for (int c = 0; c < x->c; c++) sum += input[i + c] * weight[k + c];
        output[o] += sum;
    });
    return SUCCESS;
}

int cudnnConvolutionBackwardData(void* user, const void* alpha, Tensor* w, const float* weight,
                                 Tensor* dy, const float* grad_output, Convolution* conv,
                                 int algorithm, void* workspace, size_t bytes, const void* beta,
                                 Tensor* dx, float* grad_input) {
    if (int status = check(*dx, *w, *conv, *dy)) return status;
    if (algorithm != 1) return NOT_SUPPORTED;
    if (int status = check_call(user, alpha, workspace, bytes, beta)) return status;
    std::memset(grad_input, 0, sizeof(float) * dx->n * dx->c * dx->h * dx->w);
    for_each_product(*dx, *w, *conv, *dy, [=](int64_t i, int64_t k, int64_t o) {
        for (int c = 0; c < dx->c; c++) grad_input[i + c] += grad_output[o] * weight[k + c];
    });
    return SUCCESS;
}

int cudnnConvolutionBackwardFilter(void* user, const void* alpha, Tensor* x, const float* input,
                                   Tensor* dy, const float* grad_output, Convolution* conv,
                                   int algorithm, void* workspace, size_t bytes, const void* beta,
                                   Tensor* dw, float* grad_weight) {
    if (int status = check(*x, *dw, *conv, *dy)) return status;
    if (algorithm != 1) return NOT_SUPPORTED;
    if (int status = check_call(user, alpha, workspace, bytes, beta)) return status;
    std::memset(grad_weight, 0, sizeof(float) * dw->n * dw->c * dw->h * dw->w);
    for_each_product(*x, *dw, *conv, *dy, [=](int64_t i, int64_t k, int64_t o) {
        for (int c = 0; c < x->c; c++) grad_weight[k + c] += grad_output[o] * input[i + c];
    });
    return SUCCESS;
}

}  // extern "C"
