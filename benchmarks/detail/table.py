"""Writes the error rates of the analysis of effective detail, on simulated sensors.

    python -m benchmarks.detail.table --half report --out docs/reference/detail-errors.md

Seeds follow from the cases, so the same code and libraries give the same table. ``--quick`` takes
every twentieth case, for a check that a change broke nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import cv2
from benchmarks.detail.cases import SMOOTHING, SPLIT, Half, Outcome, cases, load, outcomes

from gauger_probes.cameras.detail.model import Word

#: One case in this many is taken by ``--quick``; prime to the cases per scene, so that all kinds
#: come up.
QUICK_STEP = 20
#: A factor counts as right within this much, relative.
RIGHT_FACTOR = 0.02

_HEADINGS = ("upscaled", "its factor right", "native", "band-limited", "indeterminate")
_WORDS = (Word.UPSCALED, Word.NATIVE, Word.BAND_LIMITED, Word.INDETERMINATE)


def main(arguments: list[str]) -> int:
    """Run the command with ``arguments``; return its exit status."""
    options = _parser().parse_args(arguments)
    cv2.setNumThreads(1)
    half = load(options.half)
    chosen = cases(half)[:: QUICK_STEP if options.quick else 1]
    results: list[Outcome] = []
    for outcome in outcomes(half, chosen):
        results.append(outcome)
        if options.json:
            with options.json.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(_line(outcome)) + "\n")
    text = _page(half, results, options.quick)
    if options.out:
        options.out.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
    return 0


def truth(outcome: Outcome) -> str:
    """Return the name of the table's row that this case belongs to."""
    camera = outcome.case.camera
    if camera.factor == 1:
        return "native, smoothed" if camera.isp in SMOOTHING else "native"
    size = f"×{camera.factor:.4g}"
    if camera.demosaic == "none":
        return f"{size}, no colour filter"
    return f"{size} nearest" if camera.kernel == "nearest" else size


def right_factor(outcome: Outcome) -> bool:
    """Return whether the case was called upscaled, by the factor it was upscaled by."""
    found = outcome.detail.factor
    return found is not None and abs(found / outcome.case.camera.factor - 1) <= RIGHT_FACTOR


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detail.table")
    parser.add_argument("--half", choices=("tune", "report"), default="report")
    parser.add_argument("--out", type=Path, help="Markdown file to write (default: stdout)")
    parser.add_argument("--json", type=Path, help="file to append one line per sequence to")
    parser.add_argument("--quick", action="store_true", help="a twentieth of the cases")
    return parser


def _line(outcome: Outcome) -> dict[str, object]:
    camera, detail = outcome.case.camera, outcome.detail
    return {
        "scene": outcome.case.scene,
        "codec": outcome.codec,
        "truth": truth(outcome),
        "camera": repr(camera),
        "word": detail.word.value,
        "factor": detail.factor,
        "rightFactor": right_factor(outcome),
        "reason": detail.reason,
        "evidence": detail.evidence,
    }


def _page(half: Half, results: list[Outcome], quick: bool) -> str:
    flags = " --quick" if quick else ""
    command = f"python -m benchmarks.detail.table --half {half.name}{flags}"
    settings = half.settings
    parts = [
        "# Effective detail: error rates",
        "",
        f"Written by `{command}` at {_commit()}; numpy {version('numpy')}, "
        f"OpenCV {cv2.__version__}, scikit-image {version('scikit-image')}.",
        "",
        f"**Simulated sensors only.** {settings['frames']} frames of "
        f"{settings['width']}×{settings['height']}; full wells {settings['full_wells']} e⁻, read "
        f"noise {settings['read_noise']} e⁻; scenes: {', '.join(settings['scenes'])}. "
        f"Thresholds were chosen on the other half of `benchmarks/detail/{SPLIT.name}`."
        if half.name == "report"
        else "**The half that chose the thresholds**: not a report.",
        "",
        _summary(results),
        "",
        *_tables(results),
    ]
    return "\n".join(parts).rstrip() + "\n" + (_LIMITS if half.name == "report" else "")


_LIMITS = """
*Native, smoothed* is a native sensor behind a bilateral filter or a Gaussian of 0.7 px. *No colour
filter* is a sensor that samples every colour at every pixel, scaled bicubically. The other rows
pool bilinear, bicubic and Lanczos scaling, several demosaicing methods, and a temporal denoiser or
sharpening before and after.

## What it cannot do

- **×2 and ×4/3 through MJPEG** are not found: their lattices (1/4, 3/8, 1/2 cycles per pixel) fall
  on the lines that its own blocks of 8 pixels leave in every picture. The answer is band-limited
  or indeterminate (a hit in the table is the pattern of cloth, right by luck). For the same reason
  MJPEG is never called native. Ask the camera for an uncompressed mode, however slow.
- ×2 from a sensor without a colour filter leaves no lattice: band-limited at most.
- A fine periodic scene (cloth, a mesh) prints its own pattern into the noise. It is recognised and
  answered indeterminate, and so is upscaling seen before such a scene.
- The factor is less sure than the word. Through MJPEG every line has echoes at 1/8 from it, so 3 or
  2.4 can read as 1.5, and 5/3 as 1.25. Uncompressed, ×3 reads as ×1.5 where no colour filter leaves
  a line at 1/6, or where sharpening after the nearest pixel hides the repetition. The effective
  width is then too large; the word stands.
- H.264 and H.265 are always indeterminate. So are still pictures, frames without noise, moving
  scenes, exposure that drifts, and frames that are mostly black or saturated.
- A lattice at 1/4 alone means a sensor lattice twice as coarse as the pixel grid: scaling by 2 or
  a quad-Bayer sensor. For effective detail they are the same.
- Band-limited does not say why: denoising does it, and so does scaling.
- Not simulated: super-resolution by a neural network, electronic stabilisation and digital zoom
  (both change the scale in time), row noise, real processors. No real camera has confirmed a
  threshold yet.

## Where the method comes from

Interpolation leaves a period in the variance of what it interpolates: Gallagher (CRV 2005) and
Mahdian and Saic (IEEE TIFS 3(3), 2008) read it from the scene's derivatives; here it is read from
the noise alone, the difference of successive frames, so that the scene does not matter. The
scene's own log-magnitude spectrum is not used: Katsavounidis, Aaron and Ronca (SMPTE 2015) hold
patents on judging resolution by it.
"""


def _summary(results: list[Outcome]) -> str:
    natives = [each for each in results if each.case.camera.factor == 1]
    scaled = [each for each in results if each.case.camera.factor != 1]
    false = sum(each.detail.word is Word.UPSCALED for each in natives)
    missed = sum(each.detail.word is Word.NATIVE for each in scaled)
    return (
        f"False *upscaled*: {false} of {len(natives)} native sequences. "
        f"False *native*: {missed} of {len(scaled)} upscaled ones."
    )


def _tables(results: list[Outcome]) -> Iterable[str]:
    for codec in dict.fromkeys(each.codec for each in results):
        chosen = [each for each in results if each.codec == codec]
        title = "Uncompressed" if codec == "raw" else f"MJPEG, quality {codec[1:]}"
        yield f"## {title}"
        yield ""
        yield f"| truth | sequences | {' | '.join(_HEADINGS)} |"
        yield "|---|--:|--:|--:|--:|--:|--:|"
        for row in sorted({truth(each) for each in chosen}, key=_order):
            yield _row(row, [each for each in chosen if truth(each) == row])
        yield ""


def _order(row: str) -> tuple[bool, bool, str]:
    return "native" not in row, "filter" in row, row


def _row(name: str, chosen: list[Outcome]) -> str:
    words = Counter(each.detail.word for each in chosen)
    counts = [str(words[word]) for word in _WORDS]
    right = "–" if "native" in name else str(sum(map(right_factor, chosen)))
    return f"| {name} | {len(chosen)} | {counts[0]} | {right} | {' | '.join(counts[1:])} |"


def _commit() -> str:
    said = subprocess.run(
        ["git", "log", "-1", "--format=commit %h of %cs"],  # noqa: S607 - a developer's command
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
    )
    return said.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
