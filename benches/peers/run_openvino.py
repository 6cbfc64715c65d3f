"""OpenVINO as a contestant, on the network that export_onnx.py wrote."""

import openvino
from safetensors.numpy import load_file

from turns import arguments, say, take_turns


def main() -> None:
    args = arguments(__doc__).parse_args()
    settings = {
        "INFERENCE_NUM_THREADS": args.threads,
        # Without this hint it takes bf16 wherever the processor has it.
        "INFERENCE_PRECISION_HINT": args.precision,
        # One batch at a time, on all threads.
        "PERFORMANCE_HINT": "LATENCY",
    }
    network = openvino.Core().compile_model(args.folder / "network.onnx", "CPU", settings)
    used = network.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    if used != args.precision:
        say({"unavailable": f"OpenVINO uses {used} on this processor, not {args.precision}"})
        return
    request = network.create_infer_request()
    images = load_file(args.folder / "batch.safetensors")["images"]

    def step():
        return request.infer([images], share_inputs=True, share_outputs=True)[0]

    take_turns({"scores": step().flatten().tolist(), "trial": None}, step, args.secs)


if __name__ == "__main__":
    main()
