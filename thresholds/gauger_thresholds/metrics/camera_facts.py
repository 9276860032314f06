"""Facts about cameras that a rule may ask for and that no mode shows.

USB Video Class and network cameras answer some of them by what they are: the class has no control
for a shutter below 100 µs and no function that annotates tracking data or moves mirrors, and no
entry sets a number for an ordinary visible-light camera. Everything else is a person's to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gauger_thresholds.evaluate.kleene import Truth
from gauger_thresholds.metrics.camera_modes import formats
from gauger_thresholds.metrics.camera_rating import CameraRating
from gauger_thresholds.metrics.thermal import Sight, is_grey

_UVC = "uvcvideo"
#: Four-character codes of raw colour mosaics, which one sensor behind one colour filter makes.
_MOSAIC = ("BA81", "BYR2", "RGGB", "GRBG", "GBRG", "BG1", "GB1", "BA1", "RG1", "pBA", "pGA", "pgA",
           "pRA")  # fmt: skip


def thermal_imager(rating: CameraRating) -> Truth:
    """Does it see thermal infrared? (6A003.b.4 asks for detectors of 6A002.a.3)."""
    if rating.sight is Sight.THERMAL:
        return Truth.TRUE
    return Truth.FALSE if rating.sight is Sight.OTHER else Truth.UNKNOWN


def special_video_features(rating: CameraRating) -> Truth:
    """Has it what 6A003.b.1 asks for beside pixels: mirrors, optical control, tracking data?"""
    return Truth.FALSE if is_ordinary(rating) else Truth.UNKNOWN


def submicrosecond_shutter(rating: CameraRating) -> Truth:
    """Can it expose a full frame for less than 1 µs?"""
    return Truth.FALSE if is_ordinary(rating) else Truth.UNKNOWN


def mono_or_three_sensor(rating: CameraRating) -> Truth:
    """Is it monochrome, or colour by three sensors? (6A003.b.1 counts those from 4 million px)."""
    if rating.modes and is_grey(rating.modes):
        return Truth.TRUE
    mosaic = any(code.startswith(_MOSAIC) for code in formats(rating.modes))
    return Truth.FALSE if mosaic or is_ordinary(rating) else Truth.UNKNOWN


def is_ordinary(rating: CameraRating) -> bool:
    """Whether it is a USB Video Class or network camera, or no camera at all but a driver's."""
    camera = rating.camera
    by_class = camera.bus == "usb" and (camera.driver == _UVC or bool(camera.descriptor_modes))
    return camera.virtual or by_class or (camera.remote and camera.bus != "usb")


CAMERA_FACTS: Mapping[str, Callable[[CameraRating], Truth]] = {
    "thermalImager": thermal_imager,
    "specialVideoFeatures": special_video_features,
    "submicrosecondShutter": submicrosecond_shutter,
    "monoOrThreeSensor": mono_or_three_sensor,
}


def basis_of(rating: CameraRating) -> str:
    """Return what the answers rest on, for the explanation."""
    if rating.camera.virtual:
        return "its driver, which makes the picture"
    catalogued = [source for source in rating.sources if source.startswith("catalogue:")]
    return ", ".join(catalogued) or "its class and formats"
