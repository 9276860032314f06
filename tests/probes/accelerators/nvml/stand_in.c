/*
 * A stand-in for NVIDIA's management library: answers what the file "answers" beside it says,
 * which the tests make of a recording (nvml.json).
 *
 * A line is "call=value", the call spelt as in the recording: nvmlDeviceGetMaxClockInfo(0, 1).
 * A member of a record follows the call after a dot. Text begins with a quote; numbers stand as
 * they are, a pair with a blank between; "!15" is the error 15, "!hang" never returns, "!abort"
 * ends the process. A call that is missing is the error 13 (function not found). Calls that open
 * and close the library are logged in the file "calls" beside it.
 *
 * A handle points to the way to its device, "0" or "0/2", as the recording spells it.
 *
 * Built with -DNVML_HEADER it is checked against NVIDIA's own header; without, the few types that
 * it needs are those of stand_in_types.h. -DBEFORE_EVENT_REASONS leaves out what drivers before
 * 535 lack.
 */
#define _GNU_SOURCE
#include "stand_in_types.h"
#include "stand_in_answers.h"

nvmlReturn_t nvmlInitWithFlags(unsigned int flags)
{
    char value[LINE];
    nvmlReturn_t said = look_up("nvmlInit()", value);
    (void)flags;
    if (said != NVML_SUCCESS)
        return said;
    note("init");
    initialised++;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlShutdown(void)
{
    note("shutdown");
    if (!initialised)
        return NVML_ERROR_UNINITIALIZED;
    initialised--;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned int length)
{
    return text("nvmlSystemGetDriverVersion()", version, length);
}

nvmlReturn_t nvmlSystemGetNVMLVersion(char *version, unsigned int length)
{
    return text("nvmlSystemGetNVMLVersion()", version, length);
}

nvmlReturn_t nvmlSystemGetConfComputeState(nvmlConfComputeSystemState_t *state)
{
    const char *call = "nvmlSystemGetConfComputeState()";
    state->environment = (unsigned int)member(call, "environment");
    state->ccFeature = (unsigned int)member(call, "ccFeature");
    state->devToolsMode = (unsigned int)member(call, "devToolsMode");
    return record(call);
}

nvmlReturn_t nvmlSystemGetConfComputeGpusReadyState(unsigned int *isAcceptingWork)
{
    return word("nvmlSystemGetConfComputeGpusReadyState()", isAcceptingWork);
}

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *deviceCount)
{
    return word("nvmlDeviceGetCount()", deviceCount);
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device)
{
    char call[CALL];
    return handle(spell(call, "nvmlDeviceGetHandleByIndex", NULL, index), device);
}

nvmlReturn_t nvmlDeviceGetHandleByPciBusId_v2(const char *pciBusId, nvmlDevice_t *device)
{
    char call[CALL];
    snprintf(call, sizeof call, "nvmlDeviceGetHandleByPciBusId(%.32s)", pciBusId);
    return handle(call, device);
}

nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned int index,
                                                 nvmlDevice_t *migDevice)
{
    char call[CALL];
    return handle(spell(call, "nvmlDeviceGetMigDeviceHandleByIndex", device, index), migDevice);
}

nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t *pci)
{
    char call[CALL], bus[CALL * 2];
    memset(pci, 0, sizeof *pci);
    spell(call, "nvmlDeviceGetPciInfo_v3", device, -1);
    pci->pciDeviceId = (unsigned int)member(call, "pciDeviceId");
    pci->pciSubSystemId = (unsigned int)member(call, "pciSubSystemId");
    snprintf(bus, sizeof bus, "%s.busId", call);
    text(bus, pci->busId, sizeof pci->busId);
    return record(call);
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory)
{
    char call[CALL];
    spell(call, "nvmlDeviceGetMemoryInfo", device, -1);
    memory->total = member(call, "total");
    memory->free = member(call, "free");
    memory->used = member(call, "used");
    return record(call);
}

nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, nvmlMemory_v2_t *memory)
{
    char call[CALL];
    spell(call, "nvmlDeviceGetMemoryInfo", device, memory->version);
    memory->total = member(call, "total");
    memory->reserved = member(call, "reserved");
    memory->free = member(call, "free");
    memory->used = member(call, "used");
    return record(call);
}

nvmlReturn_t nvmlDeviceGetAttributes_v2(nvmlDevice_t device, nvmlDeviceAttributes_t *to)
{
    char call[CALL];
    memset(to, 0, sizeof *to);
    spell(call, "nvmlDeviceGetAttributes", device, -1);
    to->multiprocessorCount = (unsigned int)member(call, "multiprocessorCount");
    to->gpuInstanceSliceCount = (unsigned int)member(call, "gpuInstanceSliceCount");
    to->computeInstanceSliceCount = (unsigned int)member(call, "computeInstanceSliceCount");
    to->memorySizeMB = member(call, "memorySizeMB");
    return record(call);
}

nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t device, int valuesCount,
                                      nvmlFieldValue_t *values)
{
    char call[CALL];
    for (int at = 0; at < valuesCount; at++) {
        spell(call, "nvmlDeviceGetFieldValues", device, values[at].fieldId);
        values[at].valueType = NVML_VALUE_TYPE_UNSIGNED_LONG_LONG;
        values[at].nvmlReturn = number(call, &values[at].value.ullVal);
    }
    return NVML_SUCCESS;
}

#define TEXT_OF(function) \
    nvmlReturn_t function(nvmlDevice_t device, char *to, unsigned int length) \
    { \
        char call[CALL]; \
        return text(spell(call, #function, device, -1), to, length); \
    }
TEXT_OF(nvmlDeviceGetName)
TEXT_OF(nvmlDeviceGetSerial)
TEXT_OF(nvmlDeviceGetUUID)
TEXT_OF(nvmlDeviceGetVbiosVersion)
TEXT_OF(nvmlDeviceGetBoardPartNumber)

#define WORD_OF(function, type) \
    nvmlReturn_t function(nvmlDevice_t device, type *to) \
    { \
        char call[CALL]; \
        return word(spell(call, #function, device, -1), (unsigned int *)to); \
    }
WORD_OF(nvmlDeviceGetArchitecture, nvmlDeviceArchitecture_t)
WORD_OF(nvmlDeviceGetNumGpuCores, unsigned int)
WORD_OF(nvmlDeviceGetPowerManagementLimit, unsigned int)
WORD_OF(nvmlDeviceGetPowerManagementDefaultLimit, unsigned int)
WORD_OF(nvmlDeviceGetEnforcedPowerLimit, unsigned int)
WORD_OF(nvmlDeviceGetMemoryBusWidth, unsigned int)
WORD_OF(nvmlDeviceGetPowerUsage, unsigned int)
WORD_OF(nvmlDeviceGetVirtualizationMode, nvmlGpuVirtualizationMode_t)
WORD_OF(nvmlDeviceGetComputeMode, nvmlComputeMode_t)
WORD_OF(nvmlDeviceGetDefaultEccMode, nvmlEnableState_t)
WORD_OF(nvmlDeviceGetMaxMigDeviceCount, unsigned int)
WORD_OF(nvmlDeviceGetGpuInstanceId, unsigned int)
WORD_OF(nvmlDeviceGetComputeInstanceId, unsigned int)

#define PAIR_OF(function, type) \
    nvmlReturn_t function(nvmlDevice_t device, type *first, type *second) \
    { \
        char call[CALL]; \
        spell(call, #function, device, -1); \
        return pair(call, (unsigned int *)first, (unsigned int *)second); \
    }
PAIR_OF(nvmlDeviceGetCudaComputeCapability, int)
PAIR_OF(nvmlDeviceGetPowerManagementLimitConstraints, unsigned int)
PAIR_OF(nvmlDeviceGetEccMode, nvmlEnableState_t)
PAIR_OF(nvmlDeviceGetMigMode, unsigned int)

#define NUMBERED(function, which, type) \
    nvmlReturn_t function(nvmlDevice_t device, which number, type *to) \
    { \
        char call[CALL]; \
        return word(spell(call, #function, device, (long)number), (unsigned int *)to); \
    }
NUMBERED(nvmlDeviceGetMaxClockInfo, nvmlClockType_t, unsigned int)
NUMBERED(nvmlDeviceGetClockInfo, nvmlClockType_t, unsigned int)
NUMBERED(nvmlDeviceGetTemperature, nvmlTemperatureSensors_t, unsigned int)
NUMBERED(nvmlDeviceGetApplicationsClock, nvmlClockType_t, unsigned int)
NUMBERED(nvmlDeviceGetDefaultApplicationsClock, nvmlClockType_t, unsigned int)
NUMBERED(nvmlDeviceGetNvLinkState, unsigned int, nvmlEnableState_t)
NUMBERED(nvmlDeviceGetNvLinkVersion, unsigned int, unsigned int)

#define WIDE_OF(function) \
    nvmlReturn_t function(nvmlDevice_t device, unsigned long long *to) \
    { \
        char call[CALL]; \
        return number(spell(call, #function, device, -1), to); \
    }
WIDE_OF(nvmlDeviceGetCurrentClocksThrottleReasons)
#ifndef BEFORE_EVENT_REASONS
WIDE_OF(nvmlDeviceGetCurrentClocksEventReasons)
#endif
