"""Providers of an ONNX Runtime that the machine has, as a way to devices: for networks alone."""
