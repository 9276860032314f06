"""Writes a model file for onnxruntime in memory: the few messages of ONNX that we need.

An ONNX file is a protobuf message. Field numbers, element and attribute types are those of
onnx/onnx.proto of ONNX 1.12; the encoding is protobuf's (protobuf.dev, "Encoding"): a field is its
number and wire type, then a varint, four bytes, or a length and that many bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

#: Versions of the file format and of the operators that belong to ONNX 1.12: old enough for any
#: onnxruntime that is about.
_IR_VERSION, _OPERATORS = 8, 17

#: ``TensorProto.DataType``.
_ELEMENTS: Mapping[str, int] = {
    "float32": 1,
    "uint8": 2,
    "int8": 3,
    "int32": 6,
    "int64": 7,
    "float16": 10,
    "float64": 11,
}

Tensor: TypeAlias = npt.NDArray[Any]
Attribute: TypeAlias = int | float | Sequence[int]
#: A size, or the name of one that is left open.
Side: TypeAlias = int | str


@dataclass(frozen=True, slots=True)
class Node:
    """One operator: names of what it takes and of the one tensor that it makes."""

    operator: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Port:
    """A tensor that goes into the model or comes out; ``element`` is numpy's name of its type."""

    name: str
    element: str
    shape: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """Nodes in the order of their dependence, and the tensors that they share by name."""

    nodes: tuple[Node, ...]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    weights: Mapping[str, Tensor]

    def to_bytes(self) -> bytes:
        """Return the file.

        Raises:
            KeyError: an element type that we have no number for.
        """
        graph = _Message()
        for node in self.nodes:
            graph.message(1, _node(node))
        graph.text(2, "graph")
        for name, tensor in self.weights.items():
            graph.message(5, _tensor(name, tensor))
        for number, ports in ((11, self.inputs), (12, self.outputs)):
            for port in ports:
                graph.message(number, _port(port))
        operators = _Message()
        operators.text(1, "")
        operators.integer(2, _OPERATORS)
        model = _Message()
        model.integer(1, _IR_VERSION)
        model.message(7, graph)
        model.message(8, operators)
        return b"".join(model.pieces)


class _Message:
    """A protobuf message as pieces that are joined once: weights are large."""

    def __init__(self) -> None:
        self.pieces: list[bytes | memoryview] = []
        self.size = 0

    def integer(self, number: int, value: int) -> None:
        self._add(_varint(number << 3), _varint(value))

    def real(self, number: int, value: float) -> None:
        self._add(_varint(number << 3 | 5), struct.pack("<f", value))

    def text(self, number: int, value: str) -> None:
        self.raw(number, value.encode())

    def raw(self, number: int, value: bytes | memoryview) -> None:
        self._add(_varint(number << 3 | 2), _varint(len(value)), value)

    def message(self, number: int, value: _Message) -> None:
        self._add(_varint(number << 3 | 2), _varint(value.size))
        self.pieces += value.pieces
        self.size += value.size

    def _add(self, *pieces: bytes | memoryview) -> None:
        self.pieces += pieces
        self.size += sum(map(len, pieces))


def _varint(value: int) -> bytes:
    """Return the value in groups of seven bits, lowest first; negative ones as 64-bit words."""
    left = value & 0xFFFF_FFFF_FFFF_FFFF
    groups = bytearray()
    while left > 0x7F:
        groups.append(left & 0x7F | 0x80)
        left >>= 7
    groups.append(left)
    return bytes(groups)


def _node(node: Node) -> _Message:
    message = _Message()
    for name in node.inputs:
        message.text(1, name)
    message.text(2, node.output)
    message.text(4, node.operator)
    for name, value in node.attributes.items():
        message.message(5, _attribute(name, value))
    return message


def _attribute(name: str, value: Attribute) -> _Message:
    """``AttributeProto`` states its type beside the value: FLOAT 1, INT 2, INTS 7."""
    message = _Message()
    message.text(1, name)
    if isinstance(value, float):
        message.real(2, value)
        message.integer(20, 1)
    elif isinstance(value, int):
        message.integer(3, value)
        message.integer(20, 2)
    else:
        for item in value:
            message.integer(8, item)
        message.integer(20, 7)
    return message


def _tensor(name: str, tensor: Tensor) -> _Message:
    message = _Message()
    for side in tensor.shape:
        message.integer(1, side)
    message.integer(2, _ELEMENTS[tensor.dtype.name])
    message.text(8, name)
    little = np.asarray(tensor, dtype=tensor.dtype.newbyteorder("<"))
    message.raw(9, little.reshape(-1).view(np.uint8).data)
    return message


def _port(port: Port) -> _Message:
    shape = _Message()
    for side in port.shape:
        dimension = _Message()
        if isinstance(side, int):
            dimension.integer(1, side)
        else:
            dimension.text(2, side)
        shape.message(1, dimension)
    tensor = _Message()
    tensor.integer(1, _ELEMENTS[port.element])
    tensor.message(2, shape)
    kind = _Message()
    kind.message(1, tensor)
    message = _Message()
    message.text(1, port.name)
    message.message(2, kind)
    return message
