"""A small machine to test with: one server board, one CPU package, one A100, everything read.

PCI ids are those of an A100-SXM4-80GB (vendor 10de, device 20b2); serial numbers and addresses
are made up. Tests change one thing with :func:`dataclasses.replace`.
"""

from __future__ import annotations

from gauger_probes.evidence.accelerator import Accelerator, Bus, Identity, PciId
from gauger_probes.evidence.camera import Camera, Fraction, Mode, Node, NodeRole, UsbId
from gauger_probes.evidence.common import Measurement
from gauger_probes.evidence.coverage import PROBES, Coverage, Privilege, Status
from gauger_probes.evidence.document import Evidence
from gauger_probes.evidence.host import (
    Bios,
    Disk,
    Host,
    Memory,
    MemoryModule,
    Nameplate,
    Nic,
    Processor,
    SecureBoot,
    Tpm,
    Virtualisation,
)

_GIB = 1024**3


def sample_evidence() -> Evidence:
    """Return the evidence of the sample machine: one accelerator, no camera."""
    return Evidence(
        host=sample_host(), cameras=(), accelerators=(sample_gpu(),), coverage=sample_coverage()
    )


def sample_host() -> Host:
    """Return the host part: every nameplate filled, one of each component."""
    return Host(
        board=Nameplate("Supermicro", "X12DPG", "1.01", "WM21AS001234", None, "dmi:baseboard"),
        system=Nameplate(
            "Supermicro",
            "SYS-420GP",
            "0123",
            "S413456X2B01",
            "4c4c4544-0042-3510-8052-b4c04f4d3032",
            "dmi:system",
        ),
        chassis=Nameplate("Supermicro", "CSE-418", None, "C4180FK01", None, "dmi:chassis"),
        bios=Bios("American Megatrends", "1.4a", "2023-05-04", "uefi", "dmi:bios"),
        processors=(_processor(),),
        memory=Memory(64 * _GIB, (_module(),), "proc:meminfo"),
        nics=(
            Nic("0000:17:00.0", "8086", "1563", "ixgbe", "3c:ec:ef:00:12:34", 1e10, "sysfs:net"),
        ),
        disks=(_disk(),),
        virtualisation=Virtualisation(None, None),
        secure_boot=SecureBoot("enabled", "sysfs:efivars"),
        tpm=Tpm(True, "2.0", "sysfs:tpm"),
    )


def _processor() -> Processor:
    return Processor(
        package=0,
        architecture="x86_64",
        vendor="GenuineIntel",
        model="Intel(R) Xeon(R) Silver 4310 CPU @ 2.10GHz",
        family=6,
        model_number=106,
        stepping=6,
        implementer=None,
        part=None,
        cores=12,
        threads=24,
        base_hz=2.1e9,
        max_hz=3.3e9,
        max_hz_source="sysfs:cpufreq",
        microcode="0xd000389",
        isa=("avx2", "avx512f"),
        source="proc:cpuinfo",
    )


def _module() -> MemoryModule:
    return MemoryModule(
        locator="P1-DIMMA1",
        size_bytes=64 * _GIB,
        kind="DDR4",
        speed_hz=2.666e9,
        vendor="Samsung",
        part="M393A8G40BB4-CWE",
        serial="H0KE00012345",
        source="dmi:17",
    )


def _disk() -> Disk:
    return Disk(
        name="nvme0n1",
        model="SAMSUNG MZQL23T8HCLS",
        serial="S64HNE0R123456",
        wwid="eui.36344830523123450025384700000001",
        firmware="GDC5602Q",
        size_bytes=3_840_755_982_336,
        rotational=False,
        removable=False,
        transport="nvme",
        source="sysfs:block",
    )


def sample_gpu(address: str = "0000:65:00.0", serial: str = "1564321012345") -> Accelerator:
    """Return an A100-SXM4-80GB at ``address`` with one measurement."""
    return Accelerator(
        id=f"pci-{address}",
        bus=Bus.PCI,
        address=address,
        pci=PciId("10de", "20b2", "10de", "1463", "030200", "a1"),
        driver="nvidia",
        bound=True,
        parent=None,
        identities=(
            Identity(
                source="nvml",
                name="NVIDIA A100-SXM4-80GB",
                vendor="NVIDIA",
                serial=serial,
                uuid="GPU-2c2a4f1e-0000-4000-8000-00000000000" + serial[-1],
                max_clock_hz=1.41e9,
                memory_bytes=80 * _GIB,
                driver_version="550.90.07",
            ),
        ),
        measurements=(gemm(2.9e14),),
    )


def gemm(flop_per_s: float) -> Measurement:
    """Return a measured fp16 matrix product rate of ``flop_per_s`` (FLOP/s)."""
    return Measurement(
        quantity="gemm",
        precision="fp16",
        unit="FLOP/s",
        median=flop_per_s,
        low=flop_per_s,
        high=flop_per_s,
        samples=9,
        confidence=0.95,
        method="square matrix product",
        conditions={"shapes": [4096, 8192]},
    )


def sample_camera(address: str = "1-2", serial: str | None = "SN0042") -> Camera:
    """Return a USB camera with one YUYV mode."""
    mode = Mode("YUYV", width=1920, height=1080, intervals=(Fraction(1, 30),))
    return Camera(
        id=f"usb-{address}",
        bus="usb",
        address=address,
        usb=UsbId("046d", "0825", "0012"),
        name="UVC Camera (046d:0825)",
        manufacturer="Logitech",
        serial=serial,
        driver="uvcvideo",
        bound=True,
        virtual=False,
        remote=False,
        nodes=(Node("/dev/video0", NodeRole.CAPTURE, (mode,)),),
        descriptor_modes=(mode,),
        source="sysfs:usb",
    )


def sample_coverage() -> tuple[Coverage, ...]:
    """Return one ``ok`` line for each probe that exists (``notRun`` for what is not built)."""
    not_built = {"software", "galleries"}
    return tuple(
        Coverage(
            probe,
            Status.NOT_RUN if probe in not_built else Status.OK,
            "not built" if probe in not_built else None,
            0.1,
            Privilege.ROOT,
        )
        for probe in PROBES
    )
