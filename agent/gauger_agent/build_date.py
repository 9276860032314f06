"""The day before which no clock can be right: this tool was not built then.

Raised with every release; a day too early only finds fewer wrong clocks.
"""

from __future__ import annotations

from datetime import UTC, datetime

BUILT = datetime(2026, 11, 26, tzinfo=UTC)
