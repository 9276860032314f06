"""Rates a whole machine: one rating for each IC and each camera.

A slice (partition, virtual function) is not rated: what law counts is the package, so it is
rated once, whole.
"""

from __future__ import annotations

from gauger_probes.evidence.accelerator import Bus
from gauger_probes.evidence.document import Evidence
from gauger_thresholds.catalogue.match import devices_for
from gauger_thresholds.catalogue.model import Catalogue
from gauger_thresholds.metrics.camera_rating import rate_camera
from gauger_thresholds.metrics.device_rating import rate_device
from gauger_thresholds.metrics.machine import Machine
from gauger_thresholds.metrics.processor_rating import rate_processor


def rate_machine(evidence: Evidence, catalogue: Catalogue) -> Machine:
    """Rate every package and every camera of the machine."""
    devices = [item for item in evidence.accelerators if item.parent is None]
    ratings = {
        item.id: rate_device(item, devices_for(catalogue, item))
        for item in devices
        if item.bus is not Bus.CPU
    }
    for item in devices:
        if item.bus is Bus.CPU:
            ratings[item.id] = rate_processor(item, evidence, catalogue)
    cameras = {item.id: rate_camera(item, catalogue) for item in evidence.cameras}
    return Machine(evidence, ratings, cameras)
