"""One layer a case: its output and every gradient, worked out in f64."""

from torch import Tensor, nn
from torch.nn import functional as F

from cases import Values, require_max_margin, require_relu_margin, with_grad


def differentiate(values: Values, output: Tensor, leaves: dict[str, Tensor]) -> dict[str, Tensor]:
    """Output, a random gradient of it, and the gradient of each leaf."""
    grad_output = values.normal(*output.shape)
    output.backward(grad_output)
    grads = {f"grad_{name}": leaf.grad for name, leaf in leaves.items()}
    return {**leaves, "output": output, "grad_output": grad_output, **grads}


def conv2d(values, *, input, out_channels, kernel_size, stride=1, padding=0, relu, integers=False,
           dark_corner=True):
    shape = (out_channels, input[1], kernel_size, kernel_size)
    if integers:
        x, weight, bias = (values.integers(-2, 2, *s) for s in (input, shape, shape[:1]))
    else:
        x, weight = values.normal(*input), values.normal(*shape, std=0.3)
        bias = values.normal(out_channels, std=0.3)
    if dark_corner:
        # With nothing to see and no bias, the first output is exactly 0.
        x[0, :, :kernel_size, :kernel_size] = 0
        bias[0] = 0
    leaves = {n: with_grad(t) for n, t in [("input", x), ("weight", weight), ("bias", bias)]}
    output = F.conv2d(**leaves, stride=stride, padding=padding)
    assert (output[0, 0, 0, 0] == 0) == dark_corner
    if relu:
        require_relu_margin(output)
        output = output.relu()
    return differentiate(values, output, leaves)


def mlpconv(values, *, input, channels, kernel_size, stride, padding):
    first, second, third = channels
    block = nn.Sequential(
        nn.Conv2d(input[1], first, kernel_size, stride, padding), nn.ReLU(),
        nn.Conv2d(first, second, 1), nn.ReLU(),
        nn.Conv2d(second, third, 1), nn.ReLU(),
    ).double()
    for parameter in block.parameters():
        parameter.data = values.normal(*parameter.shape, std=0.3)
    x = hidden = with_grad(values.normal(*input))
    for layer in block:
        if isinstance(layer, nn.ReLU):
            require_relu_margin(hidden)
        hidden = layer(hidden)
    tensors = differentiate(values, hidden, {"input": x})
    for name, parameter in block.named_parameters():
        tensors |= {f"param.{name}": parameter, f"grad.{name}": parameter.grad}
    return tensors


def max_pool(values, *, input, kernel_size, stride, padding=0, rounding, values_are="normal"):
    match values_are:
        case "normal":
            x = values.normal(*input)
        case "ties":
            x = values.integers(0, 2, *input)
        case "negative":  # padding by 0 instead of -inf would win everywhere
            x = values.integers(-4, -1, *input)
    pool = nn.MaxPool2d(kernel_size, stride, padding, ceil_mode=rounding == "ceil")
    require_max_margin(x, pool)
    x = with_grad(x)
    return differentiate(values, pool(x), {"input": x})


def avg_pool(values, *, input, kernel_size, stride, padding=0, rounding, count_include_pad=True):
    x = with_grad(values.normal(*input))
    ceil_mode = rounding == "ceil"
    output = F.avg_pool2d(x, kernel_size, stride, padding, ceil_mode, count_include_pad)
    return differentiate(values, output, {"input": x})


def global_avg_pool(values, *, input):
    x = with_grad(values.normal(*input))
    return differentiate(values, F.adaptive_avg_pool2d(x, 1).flatten(1), {"input": x})


def lrn(values, *, input, size, alpha, beta, k, divided=True):
    x = with_grad(values.normal(*input))
    # PyTorch divides alpha by the size; the AlexNet paper's formula does not.
    output = F.local_response_norm(x, size, alpha if divided else alpha * size, beta, k)
    return differentiate(values, output, {"input": x})


def batch_norm(values, *, input, mode, relu, eps, momentum):
    channels = input[1]
    x = values.normal(*input) + values.integers(-2, 2, channels)[:, None, None]
    weight, bias = values.uniform(0.5, 1.5, channels), values.normal(channels, std=0.3)
    weight[0] = bias[0] = 0  # this map is exactly 0 before the ReLU
    leaves = {n: with_grad(t) for n, t in [("input", x), ("weight", weight), ("bias", bias)]}
    mean, var = values.normal(channels), values.uniform(0.5, 2.0, channels)
    mean_after, var_after = mean.clone(), var.clone()
    output = F.batch_norm(
        leaves["input"], mean_after, var_after, leaves["weight"], leaves["bias"],
        training=mode == "train", momentum=momentum, eps=eps,
    )
    if relu:
        require_relu_margin(output)
        output = output.relu()
    running = {"running_mean": mean, "running_var": var}
    after = {"running_mean_after": mean_after, "running_var_after": var_after}
    return {**differentiate(values, output, leaves), **running, **after}


def cross_entropy(values, *, batch, classes, label_smoothing, std=2.0):
    logits = with_grad(values.normal(batch, classes, std=std))
    labels = values.labels(classes, batch)
    loss = F.cross_entropy(logits, labels, label_smoothing=label_smoothing)
    loss.backward()
    return {"logits": logits, "labels": labels, "loss": loss, "grad_logits": logits.grad}
