"""Settings for every test."""

from __future__ import annotations

import os
import signal

from hypothesis import settings

# A shared machine stalls now and then; how long one example takes is not what these tests are for.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

# A shell that starts the tests in the background has them ignore the interrupt, and their children
# inherit that; what a user's Ctrl-C does is one of the things tested.
signal.signal(signal.SIGINT, signal.default_int_handler)

# ONNX Runtime reports to its maker unless it is told not to before it is loaded (its Privacy.md).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
