/*
 * A stand-in for NVIDIA's management library: answers what the file "answers" beside it says.
 *
 * A line is "key=value"; keys of a device begin with its index ("0.name=..."). A value "!15" is
 * the error 15, "!hang" never returns, "!abort" ends the process. A missing key is the error 3
 * (not supported), a device's missing handle key is a device in order. Calls that open and close
 * the library are logged in the file "calls" beside it.
 *
 * Built with -DNVML_HEADER it is checked against NVIDIA's own header; without, the few types that
 * it needs are declared here. -DBEFORE_EVENT_REASONS leaves out what drivers before 535 lack.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef NVML_HEADER
#include <nvml.h>
#else
typedef enum { NVML_SUCCESS = 0, NVML_ERROR_UNINITIALIZED = 1, NVML_ERROR_NOT_SUPPORTED = 3,
               NVML_ERROR_INSUFFICIENT_SIZE = 7 } nvmlReturn_t;
typedef enum { NVML_CLOCK_GRAPHICS = 0 } nvmlClockType_t;
typedef enum { NVML_GPU_VIRTUALIZATION_MODE_NONE = 0 } nvmlGpuVirtualizationMode_t;
typedef unsigned int nvmlDeviceArchitecture_t;
typedef struct nvmlDevice_st *nvmlDevice_t;
typedef struct {
    char busIdLegacy[16];
    unsigned int domain, bus, device, pciDeviceId, pciSubSystemId;
    char busId[32];
} nvmlPciInfo_t;
typedef struct {
    unsigned long long total, free, used;
} nvmlMemory_t;
#endif

_Static_assert(sizeof(nvmlPciInfo_t) == 68 && offsetof(nvmlPciInfo_t, busId) == 36, "PCI info");
_Static_assert(sizeof(nvmlMemory_t) == 24 && offsetof(nvmlMemory_t, total) == 0, "memory");
_Static_assert(sizeof(nvmlGpuVirtualizationMode_t) == 4, "virtualisation mode");
_Static_assert(sizeof(nvmlDeviceArchitecture_t) == 4, "architecture");
_Static_assert(sizeof(nvmlDevice_t) == sizeof(void *), "device handle");

static unsigned int initialised;

static FILE *beside(const char *name, const char *mode)
{
    char own[PATH_MAX], path[PATH_MAX + 32];
    Dl_info info;
    if (!dladdr((void *)(uintptr_t)beside, &info))
        abort();
    snprintf(own, sizeof own, "%s", info.dli_fname);
    snprintf(path, sizeof path, "%s/%s", dirname(own), name);
    return fopen(path, mode);
}

static void note(const char *call)
{
    FILE *calls = beside("calls", "a");
    if (calls) {
        fprintf(calls, "%s\n", call);
        fclose(calls);
    }
}

/* Copies the value of a key; returns NVML_SUCCESS, or the error that the file has for it. */
static nvmlReturn_t look_up(const char *key, char *value, size_t size)
{
    char line[512];
    size_t length = strlen(key);
    nvmlReturn_t found = NVML_ERROR_NOT_SUPPORTED;
    FILE *answers = beside("answers", "rb");
    while (answers && found != NVML_SUCCESS && fgets(line, sizeof line, answers))
        if (!strncmp(line, key, length) && line[length] == '=') {
            line[strcspn(line, "\n")] = 0;
            snprintf(value, size, "%s", line + length + 1);
            found = NVML_SUCCESS;
        }
    if (answers)
        fclose(answers);
    if (found != NVML_SUCCESS || *value != '!')
        return found;
    if (!strcmp(value, "!hang"))
        for (;;)
            pause();
    if (!strcmp(value, "!abort"))
        abort();
    return (nvmlReturn_t)atoi(value + 1);
}

static nvmlReturn_t of_device(nvmlDevice_t device, const char *name, char *value, size_t size)
{
    char key[64];
    if (!initialised)
        return NVML_ERROR_UNINITIALIZED;
    snprintf(key, sizeof key, "%d.%s", (int)(intptr_t)device - 1, name);
    return look_up(key, value, size);
}

static nvmlReturn_t text(nvmlDevice_t device, const char *name, char *to, unsigned int length)
{
    char value[512];
    nvmlReturn_t answer = of_device(device, name, value, sizeof value);
    if (answer != NVML_SUCCESS)
        return answer;
    if (strlen(value) >= length)
        return NVML_ERROR_INSUFFICIENT_SIZE;
    strcpy(to, value);
    return NVML_SUCCESS;
}

static nvmlReturn_t number(nvmlDevice_t device, const char *name, unsigned long long *to)
{
    char value[512];
    nvmlReturn_t answer = of_device(device, name, value, sizeof value);
    if (answer == NVML_SUCCESS)
        *to = strtoull(value, NULL, 0);
    return answer;
}

static nvmlReturn_t word(nvmlDevice_t device, const char *name, unsigned int *to)
{
    unsigned long long wide;
    nvmlReturn_t answer = number(device, name, &wide);
    if (answer == NVML_SUCCESS)
        *to = (unsigned int)wide;
    return answer;
}

static nvmlReturn_t numbered(nvmlDevice_t device, const char *name, unsigned int which,
                             unsigned int *to)
{
    char key[48];
    snprintf(key, sizeof key, "%s.%u", name, which);
    return word(device, key, to);
}

static nvmlReturn_t of_system(const char *key, char *to, unsigned int length)
{
    if (!initialised)
        return NVML_ERROR_UNINITIALIZED;
    return look_up(key, to, length);
}

nvmlReturn_t nvmlInitWithFlags(unsigned int flags)
{
    char value[512];
    nvmlReturn_t answer = look_up("init", value, sizeof value);
    (void)flags;
    if (answer != NVML_SUCCESS && answer != NVML_ERROR_NOT_SUPPORTED)
        return answer;
    note("init");
    initialised++;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlShutdown(void)
{
    if (!initialised)
        return NVML_ERROR_UNINITIALIZED;
    note("shutdown");
    initialised--;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned int length)
{
    return of_system("driver", version, length);
}

nvmlReturn_t nvmlSystemGetNVMLVersion(char *version, unsigned int length)
{
    return of_system("nvml", version, length);
}

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *deviceCount)
{
    char value[512];
    nvmlReturn_t answer = of_system("count", value, sizeof value);
    if (answer == NVML_SUCCESS)
        *deviceCount = (unsigned int)strtoul(value, NULL, 0);
    return answer;
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device)
{
    char value[512];
    nvmlDevice_t handle = (nvmlDevice_t)(uintptr_t)(index + 1);
    nvmlReturn_t answer = of_device(handle, "handle", value, sizeof value);
    if (answer != NVML_SUCCESS && answer != NVML_ERROR_NOT_SUPPORTED)
        return answer;
    *device = handle;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t *pci)
{
    memset(pci, 0, sizeof *pci);
    return text(device, "bus", pci->busId, sizeof pci->busId);
}

#define TEXT_OF(function, key) \
    nvmlReturn_t function(nvmlDevice_t device, char *to, unsigned int length) \
    { \
        return text(device, key, to, length); \
    }
TEXT_OF(nvmlDeviceGetName, "name")
TEXT_OF(nvmlDeviceGetSerial, "serial")
TEXT_OF(nvmlDeviceGetUUID, "uuid")
TEXT_OF(nvmlDeviceGetVbiosVersion, "vbios")

#define WORD_OF(function, key) \
    nvmlReturn_t function(nvmlDevice_t device, unsigned int *to) \
    { \
        return word(device, key, to); \
    }
WORD_OF(nvmlDeviceGetArchitecture, "architecture")
WORD_OF(nvmlDeviceGetNumGpuCores, "cores")
WORD_OF(nvmlDeviceGetPowerManagementLimit, "powerLimit")
WORD_OF(nvmlDeviceGetPowerManagementDefaultLimit, "powerDefault")
WORD_OF(nvmlDeviceGetEnforcedPowerLimit, "powerEnforced")
WORD_OF(nvmlDeviceGetMaxMigDeviceCount, "mostMig")

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory)
{
    memset(memory, 0, sizeof *memory);
    return number(device, "memory", &memory->total);
}

#define CLOCK_OF(function, key) \
    nvmlReturn_t function(nvmlDevice_t device, nvmlClockType_t type, unsigned int *to) \
    { \
        return numbered(device, key, type, to); \
    }
CLOCK_OF(nvmlDeviceGetMaxClockInfo, "maxClock")
CLOCK_OF(nvmlDeviceGetApplicationsClock, "applicationsClock")
CLOCK_OF(nvmlDeviceGetDefaultApplicationsClock, "defaultApplicationsClock")

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned int *currentMode,
                                  unsigned int *pendingMode)
{
    nvmlReturn_t answer = word(device, "mig", currentMode);
    *pendingMode = *currentMode;
    return answer;
}

nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned int index,
                                                 nvmlDevice_t *migDevice)
{
    unsigned int there;
    nvmlReturn_t answer = numbered(device, "mig", index, &there);
    *migDevice = device;
    return answer;
}

nvmlReturn_t nvmlDeviceGetVirtualizationMode(nvmlDevice_t device,
                                             nvmlGpuVirtualizationMode_t *pVirtualMode)
{
    unsigned int mode = 0;
    nvmlReturn_t answer = word(device, "virtualisation", &mode);
    *pVirtualMode = (nvmlGpuVirtualizationMode_t)mode;
    return answer;
}

nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t device,
                                                       unsigned long long *clocksThrottleReasons)
{
    return number(device, "throttleReasons", clocksThrottleReasons);
}

#ifndef BEFORE_EVENT_REASONS
nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t device,
                                                    unsigned long long *clocksEventReasons)
{
    return number(device, "eventReasons", clocksEventReasons);
}
#endif
