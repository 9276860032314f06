"""What a failed OpenCL call means to who measures: no memory, a lost device, or another error.

Which status a call may return, and when, is the OpenCL API specification's (3.0, each function's
"Errors"). Drivers answer CL_OUT_OF_RESOURCES, and refuse a queue that they took before, once a
kernel has faulted or a device was reset.
"""

from __future__ import annotations

from gauger_probes.measure.backends.opencl.codes import Status
from gauger_probes.measure.backends.protocol import DeviceLostError

_MEMORY = {
    Status.MEM_OBJECT_ALLOCATION_FAILURE,
    Status.OUT_OF_HOST_MEMORY,
    Status.INVALID_BUFFER_SIZE,
}
#: Statuses of objects that were good when they were made.
_LOST = {
    Status.DEVICE_NOT_AVAILABLE,
    Status.EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST,
    Status.INVALID_CONTEXT,
    Status.INVALID_COMMAND_QUEUE,
}
#: Calls that wait for work that was accepted before, or move its results.
_WAITING = ("clFinish", "clWaitForEvents", "clEnqueueReadBuffer", "clGetEventInfo")
_ALLOCATING = ("clCreateBuffer", "clEnqueueMapBuffer")


class OpenClError(RuntimeError):
    """A call failed in a way that says nothing of memory or of a lost device."""

    def __init__(self, function: str, status: int) -> None:
        super().__init__(f"{function}: {status_name(status)}")
        self.status = status


def status_name(status: int) -> str:
    """Return the header's name of ``status`` where it is known, and its number."""
    try:
        return f"CL_{Status(status).name} ({status})"
    except ValueError:
        return f"status {status}"


def failure(function: str, status: int) -> Exception:
    """Return what to raise when ``function`` has returned ``status``, which is not success."""
    told = f"{function}: {status_name(status)}"
    out_of_resources = status == Status.OUT_OF_RESOURCES
    if status in _MEMORY or (out_of_resources and function in _ALLOCATING):
        return MemoryError(told)
    if status in _LOST or (out_of_resources and function in _WAITING):
        return DeviceLostError(told)
    return OpenClError(function, status)
