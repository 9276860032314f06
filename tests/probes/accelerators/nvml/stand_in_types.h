/*
 * The few types of nvml.h that the stand-in needs, held against the sizes that NVIDIA's binding
 * has for them. With -DNVML_HEADER they are NVIDIA's own.
 */
#include <stddef.h>

#ifdef NVML_HEADER
#include <nvml.h>
#undef nvmlDeviceGetAttributes
#else
typedef enum { NVML_SUCCESS = 0, NVML_ERROR_UNINITIALIZED = 1, NVML_ERROR_INSUFFICIENT_SIZE = 7,
               NVML_ERROR_FUNCTION_NOT_FOUND = 13, NVML_ERROR_MEMORY = 20 } nvmlReturn_t;
typedef enum { NVML_CLOCK_GRAPHICS = 0 } nvmlClockType_t;
typedef enum { NVML_TEMPERATURE_GPU = 0 } nvmlTemperatureSensors_t;
typedef enum { NVML_FEATURE_DISABLED = 0 } nvmlEnableState_t;
typedef enum { NVML_COMPUTEMODE_DEFAULT = 0 } nvmlComputeMode_t;
typedef enum { NVML_GPU_VIRTUALIZATION_MODE_NONE = 0 } nvmlGpuVirtualizationMode_t;
typedef enum { NVML_VALUE_TYPE_UNSIGNED_LONG_LONG = 3 } nvmlValueType_t;
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
typedef struct {
    unsigned int version;
    unsigned long long total, reserved, free, used;
} nvmlMemory_v2_t;
typedef struct {
    unsigned int multiprocessorCount, sharedCopyEngineCount, sharedDecoderCount,
        sharedEncoderCount, sharedJpegCount, sharedOfaCount, gpuInstanceSliceCount,
        computeInstanceSliceCount;
    unsigned long long memorySizeMB;
} nvmlDeviceAttributes_t;
typedef struct {
    unsigned int environment, ccFeature, devToolsMode;
} nvmlConfComputeSystemState_t;
typedef union {
    double dVal;
    unsigned long long ullVal;
} nvmlValue_t;
typedef struct {
    unsigned int fieldId, scopeId;
    long long timestamp, latencyUsec;
    nvmlValueType_t valueType;
    nvmlReturn_t nvmlReturn;
    nvmlValue_t value;
} nvmlFieldValue_t;
#endif

_Static_assert(sizeof(nvmlPciInfo_t) == 68 && offsetof(nvmlPciInfo_t, busId) == 36, "PCI info");
_Static_assert(sizeof(nvmlMemory_t) == 24 && offsetof(nvmlMemory_t, total) == 0, "memory");
_Static_assert(sizeof(nvmlMemory_v2_t) == 40 && offsetof(nvmlMemory_v2_t, reserved) == 16, "v2");
_Static_assert(sizeof(nvmlDeviceAttributes_t) == 40 &&
               offsetof(nvmlDeviceAttributes_t, gpuInstanceSliceCount) == 24, "attributes");
_Static_assert(sizeof(nvmlConfComputeSystemState_t) == 12, "confidential computing");
_Static_assert(sizeof(nvmlFieldValue_t) == 40 && offsetof(nvmlFieldValue_t, value) == 32, "field");
_Static_assert(sizeof(nvmlGpuVirtualizationMode_t) == 4, "virtualisation mode");
_Static_assert(sizeof(nvmlComputeMode_t) == 4, "compute mode");
_Static_assert(sizeof(nvmlEnableState_t) == 4, "switch");
_Static_assert(sizeof(nvmlDeviceArchitecture_t) == 4, "architecture");
_Static_assert(sizeof(nvmlDevice_t) == sizeof(void *), "device handle");
