"""The cases of each layer: name, then the op in layers.py and its parameters."""

from layers import (
    avg_pool, batch_norm, conv2d, cross_entropy, global_avg_pool, lrn, max_pool, mlpconv,
)

# With many channels a convolution of stride 1 may be computed by Winograd's algorithm, which
# gives an output that is exactly 0 the sign of a rounding error: no dark corner there.

# alpha is large, so that a wrong window or divisor shows.
LRN = {"input": (2, 7, 3, 4), "alpha": 0.1, "beta": 0.75, "k": 2.0}
BATCH_NORM = {"input": (3, 4, 3, 5), "eps": 1e-5, "momentum": 0.1}

CASES = {
    "conv2d_11x11_stride4_relu": (conv2d, dict(
        input=(2, 1, 31, 31), out_channels=6, kernel_size=11, stride=4, relu=True,
    )),
    "conv2d_5x5_pad2_relu": (conv2d, dict(
        input=(2, 4, 9, 11), out_channels=7, kernel_size=5, padding=2, relu=True,
    )),
    "conv2d_5x5_pad2_many_channels_relu": (conv2d, dict(
        input=(1, 17, 7, 10), out_channels=19, kernel_size=5, padding=2, relu=True,
        dark_corner=False,
    )),
    "conv2d_3x3_pad1_relu": (conv2d, dict(
        input=(2, 5, 12, 12), out_channels=8, kernel_size=3, padding=1, relu=True,
    )),
    "conv2d_3x3_pad1_many_channels_relu": (conv2d, dict(
        input=(1, 19, 13, 7), out_channels=33, kernel_size=3, padding=1, relu=True,
        dark_corner=False,
    )),
    "conv2d_1x1_relu": (conv2d, dict(input=(2, 6, 7, 5), out_channels=9, kernel_size=1, relu=True)),
    "conv2d_3x3_stride2_remainder_relu": (conv2d, dict(
        input=(2, 3, 10, 8), out_channels=4, kernel_size=3, stride=2, relu=True,
    )),
    "conv2d_integers_relu": (conv2d, dict(
        input=(2, 2, 6, 7), out_channels=3, kernel_size=3, padding=1, relu=True, integers=True,
    )),
    "conv2d_3x3_pad1": (conv2d, dict(
        input=(2, 3, 6, 13), out_channels=5, kernel_size=3, padding=1, relu=False,
    )),
    "conv2d_1x1": (conv2d, dict(input=(2, 6, 4, 5), out_channels=4, kernel_size=1, relu=False)),
    "mlpconv_11x11_stride4": (mlpconv, dict(
        input=(2, 1, 24, 27), channels=(6, 5, 6), kernel_size=11, stride=4, padding=0,
    )),
    "mlpconv_5x5_pad2": (mlpconv, dict(
        input=(2, 3, 8, 9), channels=(8, 7, 6), kernel_size=5, stride=1, padding=2,
    )),
    "mlpconv_3x3_pad1": (mlpconv, dict(
        input=(2, 4, 5, 7), channels=(7, 8, 10), kernel_size=3, stride=1, padding=1,
    )),
    "max_pool_3_2_floor": (max_pool, dict(
        input=(2, 3, 8, 9), kernel_size=3, stride=2, rounding="floor",
    )),
    "max_pool_3_2_ceil": (max_pool, dict(
        input=(2, 3, 8, 10), kernel_size=3, stride=2, rounding="ceil",
    )),
    "max_pool_3_2_floor_ties": (max_pool, dict(
        input=(2, 3, 8, 9), kernel_size=3, stride=2, rounding="floor", values_are="ties",
    )),
    "max_pool_3_2_ceil_ties": (max_pool, dict(
        input=(2, 3, 8, 10), kernel_size=3, stride=2, rounding="ceil", values_are="ties",
    )),
    "max_pool_2_2_odd_floor_ties": (max_pool, dict(
        input=(2, 3, 7, 9), kernel_size=2, stride=2, rounding="floor", values_are="ties",
    )),
    "max_pool_2_2_odd_ceil_ties": (max_pool, dict(
        input=(2, 3, 7, 9), kernel_size=2, stride=2, rounding="ceil", values_are="ties",
    )),
    "max_pool_3_2_pad1_negative": (max_pool, dict(
        input=(2, 3, 8, 9), kernel_size=3, stride=2, padding=1, rounding="floor",
        values_are="negative",
    )),
    "max_pool_3_2_pad1_ceil_negative": (max_pool, dict(
        input=(2, 3, 8, 9), kernel_size=3, stride=2, padding=1, rounding="ceil",
        values_are="negative",
    )),
    # The last window of ceil mode would start outside, so there is none.
    "max_pool_2_2_pad1_ceil_window_outside": (max_pool, dict(
        input=(2, 3, 5, 7), kernel_size=2, stride=2, padding=1, rounding="ceil",
        values_are="negative",
    )),
    "avg_pool_2_3_ceil_window_outside": (avg_pool, dict(
        input=(2, 3, 6, 9), kernel_size=2, stride=3, rounding="ceil",
    )),
    "avg_pool_3_2_floor": (avg_pool, dict(
        input=(2, 3, 8, 9), kernel_size=3, stride=2, rounding="floor",
    )),
    "avg_pool_3_2_ceil": (avg_pool, dict(
        input=(2, 3, 8, 10), kernel_size=3, stride=2, rounding="ceil",
    )),
    "avg_pool_3_2_pad1_counted": (avg_pool, dict(
        input=(2, 3, 8, 9), kernel_size=3, stride=2, padding=1, rounding="floor",
        count_include_pad=True,
    )),
    "avg_pool_3_2_pad1_uncounted": (avg_pool, dict(
        input=(2, 3, 8, 9), kernel_size=3, stride=2, padding=1, rounding="floor",
        count_include_pad=False,
    )),
    "avg_pool_3_2_pad1_ceil_counted": (avg_pool, dict(
        input=(2, 3, 8, 9), kernel_size=3, stride=2, padding=1, rounding="ceil",
        count_include_pad=True,
    )),
    "avg_pool_3_2_pad1_ceil_uncounted": (avg_pool, dict(
        input=(2, 3, 8, 9), kernel_size=3, stride=2, padding=1, rounding="ceil",
        count_include_pad=False,
    )),
    "global_avg_pool": (global_avg_pool, dict(input=(2, 5, 3, 7))),
    "lrn_size5": (lrn, LRN | dict(size=5)),
    "lrn_size4": (lrn, LRN | dict(size=4)),
    "lrn_size3": (lrn, LRN | dict(size=3)),
    "lrn_size2": (lrn, LRN | dict(size=2)),
    "lrn_size5_undivided": (lrn, LRN | dict(size=5, divided=False)),
    "lrn_size5_fewer_channels": (lrn, LRN | dict(input=(2, 3, 3, 4), size=5)),
    "lrn_size5_defaults": (lrn, LRN | dict(alpha=0.0001, k=1.0, size=5)),
    "batch_norm_train": (batch_norm, BATCH_NORM | dict(mode="train", relu=False)),
    "batch_norm_train_relu": (batch_norm, BATCH_NORM | dict(mode="train", relu=True)),
    "batch_norm_eval": (batch_norm, BATCH_NORM | dict(mode="eval", relu=False)),
    "cross_entropy": (cross_entropy, dict(batch=5, classes=10, label_smoothing=0.0)),
    "cross_entropy_smoothed": (cross_entropy, dict(batch=5, classes=10, label_smoothing=0.1)),
    "cross_entropy_large_logits": (cross_entropy, dict(
        batch=5, classes=10, label_smoothing=0.1, std=100.0,
    )),
}
