"""The reference networks: topologies from their papers, weights of our own, which mean nothing.

IResNet: J. Deng et al., "ArcFace", 2019, on faces of 112 × 112. MobileFaceNet: S. Chen et al.,
"MobileFaceNets", 2018, with templates of 512 numbers instead of 128. Costs are those that we count;
InsightFace's model zoo states 6.3 G and 12.1 G for the two IResNets and calls them FLOPs, but a
multiplication with its addition is two operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from gauger_probes.measure.templates.builder import Builder
from gauger_probes.measure.templates.graph import FACES, Graph

#: Side of a face in pixels, and numbers in a template.
SIDE, DIMENSIONS = 112, 512


@dataclass(frozen=True, slots=True)
class Network:
    """A topology: ``build`` makes it with weights from the generator.

    ``macs`` (multiplications with additions for one face) and ``parameters`` are those of the graph
    that it builds, known beforehand.
    """

    name: str
    macs: int
    parameters: int
    build: Callable[[np.random.Generator], Graph]


@dataclass(frozen=True, slots=True)
class _Stage:
    """Bottlenecks of MobileFaceNet: expansion, channels, how many, stride of the first."""

    expansion: int
    channels: int
    count: int
    stride: int


_WIDTHS = (64, 128, 256, 512)
_MOBILE = (
    _Stage(2, 64, 5, 2),
    _Stage(4, 128, 1, 2),
    _Stage(2, 128, 6, 1),
    _Stage(4, 128, 1, 2),
    _Stage(2, 128, 2, 1),
)


def iresnet(depths: tuple[int, ...], side: int, generator: np.random.Generator) -> Graph:
    """Return an improved residual network; ``depths`` are the blocks of each stage."""
    builder = Builder((3, side, side), generator)
    # Each branch adds to the variance; all of them together double it.
    gain = 1 / math.sqrt(sum(depths))
    last = builder.activated(builder.conv(FACES, _WIDTHS[0], 3))
    for width, depth in zip(_WIDTHS, depths, strict=False):
        for at in range(depth):
            last = _residual(builder, last, width, gain, first=at == 0)
    last = builder.dense(builder.norm(last), DIMENSIONS)
    builder.norm(last)
    return builder.graph()


def mobilefacenet(generator: np.random.Generator) -> Graph:
    """Return MobileFaceNet."""
    builder = Builder((3, SIDE, SIDE), generator)
    last = builder.activated(builder.conv(FACES, 64, 3, 2))
    last = builder.activated(builder.conv(last, 64, 3, depthwise=True))
    gain = 1 / math.sqrt(sum(stage.count for stage in _MOBILE))
    for stage in _MOBILE:
        for at in range(stage.count):
            last = _bottleneck(builder, last, stage, stage.stride if at == 0 else 1, gain)
    last = builder.activated(builder.conv(last, 512, 1))
    last = builder.norm(builder.pooled(last))
    builder.norm(builder.dense(last, DIMENSIONS))
    return builder.graph()


def _residual(builder: Builder, source: str, width: int, gain: float, *, first: bool) -> str:
    stride = 2 if first else 1
    branch = builder.conv(builder.norm(source), width, 3)
    branch = builder.activated(branch)
    branch = builder.norm(builder.conv(branch, width, 3, stride), gain)
    direct = builder.norm(builder.conv(source, width, 1, stride)) if first else source
    return builder.add(branch, direct)


def _bottleneck(builder: Builder, source: str, stage: _Stage, stride: int, gain: float) -> str:
    wide = builder.channels(source) * stage.expansion
    residual = stride == 1 and builder.channels(source) == stage.channels
    branch = builder.activated(builder.conv(source, wide, 1))
    branch = builder.activated(builder.conv(branch, wide, 3, stride, depthwise=True))
    branch = builder.norm(builder.conv(branch, stage.channels, 1), gain if residual else 1.0)
    return builder.add(branch, source) if residual else branch


#: From cheap to costly, which is the order in which they are measured.
NETWORKS = (
    Network("MobileFaceNet", 221_161_984, 1_221_376, mobilefacenet),
    Network("IResNet-50", 6_309_330_944, 43_628_992, partial(iresnet, (3, 4, 14, 3), SIDE)),
    Network("IResNet-100", 12_089_606_144, 65_225_792, partial(iresnet, (3, 13, 30, 3), SIDE)),
)
#: Networks of the same layers: one that any machine builds and runs in a moment, and one that even
#: numpy does.
TRIAL = Network("trial", 336_179_200, 7_659_712, partial(iresnet, (1, 1, 1), SIDE // 2))
CHECKED = Network("checked", 63_572_992, 3_526_592, partial(iresnet, (1, 1), SIDE // 4))
