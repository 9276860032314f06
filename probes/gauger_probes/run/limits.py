"""How much a child may send, use and take, and why. Everything beyond costs that child its life.

Time and address-space limits are each probe's own and stand in the registry's table.
"""

from __future__ import annotations

_KIB = 1024
_MIB = 1024 * _KIB

#: Bytes of the request. A path is at most 4,096 bytes and a task about 100.
MAX_REQUEST = 256 * _KIB

#: Bytes of one message from a child. The fullest result, a host with thousands of disks or
#: cameras with every mode spelt out, stays below 2 MiB.
MAX_MESSAGE = 8 * _MIB

#: Bytes of all messages from one child: the results of every probe and hours of progress.
MAX_MESSAGES = 32 * _MIB

#: Bytes of a child's stderr. Native libraries warn, but a flood is a fault.
MAX_STDERR = 8 * _MIB

#: Bytes of stderr that are kept, from its end: enough for the last line of any message.
STDERR_TAIL = 4 * _KIB

#: Bytes taken from a pipe at once; the usual capacity of a pipe.
CHUNK = 64 * _KIB

#: Seconds between two progress messages. A loop may report every turn; a person reads slower.
PROGRESS_INTERVAL_S = 0.1

#: Seconds between two looks at a silent child: its memory, its end, its time limit.
POLL_S = 0.05

#: Seconds that a killed child has to go. One that stays is in the kernel's hands (state D).
KILL_WAIT_S = 2.0

#: Share of MemTotal that the resident memory of a watched child may reach. Generous: measuring
#: fills buffers on purpose, but must leave the machine to its owner.
RESIDENT_SHARE = 0.5
