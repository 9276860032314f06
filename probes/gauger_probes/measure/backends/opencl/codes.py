"""Numbers of the OpenCL interface, as CL/cl.h and CL/cl_ext.h of Khronos' OpenCL-Headers have them.

Names are the headers' without their prefix; only what is used here.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag


class DeviceType(IntFlag):
    """``cl_device_type``."""

    CPU = 1 << 1
    GPU = 1 << 2
    ACCELERATOR = 1 << 3


class PlatformInfo(IntEnum):
    """``cl_platform_info``."""

    VERSION = 0x0901
    NAME = 0x0902


class DeviceInfo(IntEnum):
    """``cl_device_info``."""

    TYPE = 0x1000
    MAX_COMPUTE_UNITS = 0x1002
    MAX_WORK_GROUP_SIZE = 0x1004
    MAX_CLOCK_FREQUENCY = 0x100C
    MAX_MEM_ALLOC_SIZE = 0x1010
    GLOBAL_MEM_SIZE = 0x101F
    LOCAL_MEM_SIZE = 0x1023
    NAME = 0x102B
    VENDOR = 0x102C
    DRIVER_VERSION = 0x102D
    VERSION = 0x102F
    EXTENSIONS = 0x1030
    DOUBLE_FP_CONFIG = 0x1032
    HALF_FP_CONFIG = 0x1033
    HOST_UNIFIED_MEMORY = 0x1035
    NATIVE_VECTOR_WIDTH_INT = 0x1038
    # cl_khr_integer_dot_product
    DOT_PRODUCT_4X8_PACKED = 0x1075
    # cl_khr_pci_bus_info
    PCI_BUS_INFO = 0x410F
    # cl_amd_device_attribute_query
    TOPOLOGY_AMD = 0x4037
    # cl_nv_device_attribute_query
    PCI_BUS_ID_NV = 0x4008
    PCI_SLOT_ID_NV = 0x4009
    PCI_DOMAIN_ID_NV = 0x400A


class ProgramInfo(IntEnum):
    """``cl_program_build_info``."""

    LOG = 0x1183


class EventInfo(IntEnum):
    """``cl_event_info`` and ``cl_profiling_info``."""

    EXECUTION_STATUS = 0x11D3
    START = 0x1282
    END = 0x1283


#: ``CL_FP_SOFT_FLOAT`` of ``cl_device_fp_config``: arithmetic is done by software.
SOFT_FLOAT = 1 << 6
#: ``CL_QUEUE_PROFILING_ENABLE`` of ``cl_command_queue_properties``.
PROFILING = 1 << 1
#: ``CL_CONTEXT_PLATFORM`` of ``cl_context_properties``.
CONTEXT_PLATFORM = 0x1084
#: ``CL_MEM_READ_WRITE`` and ``CL_MEM_ALLOC_HOST_PTR`` of ``cl_mem_flags``.
READ_WRITE = 1 << 0
ALLOC_HOST_PTR = 1 << 4
#: ``CL_MAP_READ | CL_MAP_WRITE`` of ``cl_map_flags``.
MAP_READ_WRITE = 1 << 0 | 1 << 1


class Status(IntEnum):
    """What a call returns: ``CL_SUCCESS``, or which error it was."""

    SUCCESS = 0
    DEVICE_NOT_FOUND = -1
    DEVICE_NOT_AVAILABLE = -2
    COMPILER_NOT_AVAILABLE = -3
    MEM_OBJECT_ALLOCATION_FAILURE = -4
    OUT_OF_RESOURCES = -5
    OUT_OF_HOST_MEMORY = -6
    PROFILING_INFO_NOT_AVAILABLE = -7
    BUILD_PROGRAM_FAILURE = -11
    MAP_FAILURE = -12
    EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST = -14
    INVALID_VALUE = -30
    INVALID_PLATFORM = -32
    INVALID_DEVICE = -33
    INVALID_CONTEXT = -34
    INVALID_COMMAND_QUEUE = -36
    INVALID_BINARY = -42
    INVALID_BUILD_OPTIONS = -43
    INVALID_PROGRAM_EXECUTABLE = -45
    INVALID_KERNEL_ARGS = -52
    INVALID_WORK_GROUP_SIZE = -54
    INVALID_BUFFER_SIZE = -61
    PLATFORM_NOT_FOUND = -1001
