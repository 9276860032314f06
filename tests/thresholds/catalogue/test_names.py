"""A driver's name for a device finds the products that it names, and no near ones."""

from __future__ import annotations

import pytest

from gauger_thresholds.catalogue.load import built_in
from gauger_thresholds.catalogue.match import rows_named


def found(text: str) -> list[str]:
    return [row.id for row in rows_named(built_in(), text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NVIDIA H100 80GB HBM3", ["nvidia/h100-sxm"]),
        ("NVIDIA H100 PCIe", ["nvidia/h100-pcie"]),
        ("NVIDIA H100 NVL", ["nvidia/h100-nvl"]),
        ("GH100 [H100 SXM5 80GB]", ["nvidia/h100-sxm"]),
        ("NVIDIA H200", ["nvidia/h200"]),
        ("NVIDIA H200 NVL", ["nvidia/h200-nvl"]),
        ("NVIDIA H20", ["nvidia/h20"]),
        ("NVIDIA H20-3e", ["nvidia/h20"]),
        ("NVIDIA A100-SXM4-40GB", ["nvidia/a100-sxm4-40gb"]),
        ("NVIDIA A100 80GB PCIe", ["nvidia/a100-pcie-80gb"]),
        ("Tesla T4", ["nvidia/t4"]),
        ("Tesla V100-SXM2-32GB", ["nvidia/v100-sxm2"]),
        ("NVIDIA A10G", ["nvidia/a10g"]),
        ("NVIDIA L40S", ["nvidia/l40s"]),
        ("NVIDIA GeForce RTX 4090", ["nvidia/rtx-4090"]),
        ("nvidia geforce rtx 4090", ["nvidia/rtx-4090"]),
        ("NVIDIA GeForce RTX 4090 D", ["nvidia/rtx-4090-d"]),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", ["nvidia/ad103-family"]),
        ("NVIDIA GeForce RTX 4080 SUPER", ["nvidia/ad103-family"]),
        ("NVIDIA GeForce RTX 5090 D v2", ["nvidia/rtx-5090-d-v2"]),
        ("NVIDIA RTX 5000 Ada Generation", ["nvidia/rtx-5000-ada"]),
        ("NVIDIA RTX 5000 Ada Generation Laptop GPU", ["nvidia/ad103-family"]),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", ["nvidia/rtx-pro-6000-server"]),
        (
            "NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition",
            ["nvidia/rtx-pro-6000-max-q"],
        ),
        ("AMD Instinct MI300X OAM", ["amd/mi300x"]),
        ("AMD Instinct MI250X / MI250", ["amd/mi250x", "amd/mi250"]),
        ("AMD Radeon RX 7900 XTX", ["amd/rx-7900-xtx"]),
        ("AMD Radeon RX 7900 XT", ["amd/rx-7900-other"]),
        ("AMD Radeon RX 9070", ["amd/rx-9070"]),
        ("HL-325L", ["habana/gaudi3"]),
        ("Intel Gaudi 3", ["habana/gaudi3"]),
        ("Habana Gaudi3", ["habana/gaudi3"]),
        ("DG2 [Arc Pro A40/A50]", ["intel/arc-alchemist-small"]),
        ("GA102GL [A40]", ["nvidia/a40"]),
    ],
)
def test_a_drivers_name_finds_its_product(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Graphics Device",
        "NVIDIA GeForce RTX 5080 SUPER",
        "NVIDIA GeForce RTX 3080 Laptop GPU",
        "NVIDIA GeForce RTX 40900",
        "NVIDIA XH100",
        "AMD A10-7870K Radeon R7",
        "Intel A2",
        "NVIDIA H1000",
        "RTX",
    ],
)
def test_a_name_that_only_resembles_a_product_finds_nothing(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "word",
    ["D", "v2", "Ti", "SUPER", "Laptop", "Mobile", "Max-Q", "XT", "XTX", "GRE", "NVL", "CNX"],
)
def test_a_word_behind_a_name_makes_it_another_product(word: str) -> None:
    assert found("NVIDIA GeForce RTX 5080") == ["nvidia/rtx-5080"]
    assert found(f"NVIDIA GeForce RTX 5080 {word}") == []


def test_a_name_without_a_form_finds_every_form() -> None:
    forms = {"nvidia/h100-sxm", "nvidia/h100-pcie", "nvidia/h100-nvl", "nvidia/h100-other"}
    assert set(found("NVIDIA H100")) == forms


def test_the_longest_name_comes_first() -> None:
    assert found("T4 beside RTX 4090") == ["nvidia/rtx-4090", "nvidia/t4"]
