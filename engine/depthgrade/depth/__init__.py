"""Depth: model cards, ONNX Runtime, shots and their mapping, depth passes on disk."""
