"""ONNX Runtime as a contestant, on the network that export_onnx.py wrote."""

import onnxruntime
from safetensors.numpy import load_file

from turns import arguments, take_turns


def main() -> None:
    parser = arguments(__doc__)
    args = parser.parse_args()
    if args.precision != "f32":
        parser.error("the CPU provider of ONNX Runtime computes this network in f32 only")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = args.threads
    path = args.folder / "network.onnx"
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    [entry] = session.get_inputs()
    feed = {entry.name: load_file(args.folder / "batch.safetensors")["images"]}

    def step():
        return session.run(None, feed)[0]

    take_turns({"scores": step().flatten().tolist(), "trial": None}, step, args.secs)


if __name__ == "__main__":
    main()
