"""Settings for every test."""

from __future__ import annotations

from hypothesis import settings

# A shared machine stalls now and then; how long one example takes is not what these tests are for.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
