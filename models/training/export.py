"""Writes a checkpoint as one ONNX file: folded normalisation, dynamic sides, fp16 weights.

    python export.py --checkpoint FILE [--other FILE --share 0.5] --onnx FILE

With --other, the weights of both are mixed first; a network and what it was fine-tuned to lie close
enough for the mean to work, and it measured better than either (LOG.md).

The graph takes `rgb` (1, 3, h, w) float32 in 0..1, h and w multiples of 32, and gives `nearness`
(1, 1, h, w) float32. Weights are stored in fp16 and cast to fp32 in the graph; ONNX Runtime folds
the casts when the session is made, so they cost nothing per frame.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from network import DepthNet
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

OPSET = 17


def fold(module: nn.Module) -> None:
    """Merges every convolution with the batch normalisation behind it, in place."""
    for name, child in module.named_children():
        if (
            isinstance(child, nn.Sequential)
            and len(child) == 2
            and isinstance(child[1], nn.BatchNorm2d)
        ):
            setattr(module, name, fuse_conv_bn_eval(child[0], child[1]))
        else:
            fold(child)


def store_weights_as_fp16(model: onnx.ModelProto) -> None:
    """Replaces every large fp32 initializer by an fp16 one and a cast."""
    graph, casts = model.graph, []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < 64:
            continue
        name = tensor.name
        half = numpy_helper.from_array(
            numpy_helper.to_array(tensor).astype(np.float16), name + "_fp16"
        )
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
        casts.append(helper.make_node("Cast", [half.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def weights(checkpoint: Path) -> dict[str, Tensor]:
    """The averaged weights of a checkpoint."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    return dict(state["average"])


def mixed(one: dict[str, Tensor], other: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """(1 - share) of one and share of the other."""
    return {
        key: torch.lerp(value, other[key], share) if value.is_floating_point() else value
        for key, value in one.items()
    }


def export(state: dict[str, Tensor], target: Path) -> None:
    """Writes weights as an ONNX file."""
    net = DepthNet()
    net.load_state_dict(state)
    net.eval()
    fold(net)
    torch.onnx.export(
        net,
        (torch.zeros(1, 3, 192, 320),),
        str(target),
        dynamo=False,
        opset_version=OPSET,
        input_names=["rgb"],
        output_names=["nearness"],
        dynamic_axes={"rgb": {2: "height", 3: "width"}, "nearness": {2: "height", 3: "width"}},
    )
    model = onnx.load(str(target))
    store_weights_as_fp16(model)
    model.producer_name, model.producer_version = "depthgrade", ""
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(target))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--other", type=Path, help="a checkpoint to mix with")
    parser.add_argument("--share", type=float, default=0.5, help="of the other")
    parser.add_argument("--onnx", type=Path, required=True)
    args = parser.parse_args()
    state = weights(args.checkpoint)
    if args.other:
        state = mixed(state, weights(args.other), args.share)
    export(state, args.onnx)
    print(args.onnx, args.onnx.stat().st_size, "bytes, opset", OPSET)


if __name__ == "__main__":
    main()
