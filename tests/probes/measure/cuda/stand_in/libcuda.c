/*
 * A stand-in for the CUDA driver's library. It keeps "device" memory on the host, does everything
 * at once and in order, and checks what cuda.h says of arguments: started, a current context, live
 * handles of that context, addresses inside one allocation. Beyond the header it refuses work that
 * would race: on another stream while the default one was not waited for, and reading results
 * while a stream was not.
 *
 * Time is virtual: an operation moves the clock on by its bytes over a rate, and events read it.
 * After an error from 700 on every call fails with it, as a driver's context does.
 *
 * control: driver=13000 count=1 N.bus=0000:65:00.0 N.name= N.major= N.minor= N.units= N.l2=
 *   N.memory= N.uuid=BYTE N.partition=BYTE rate.within= rate.toDevice= rate.toHost=
 *   rate.pageable= corrupt=1 (a copy loses its last byte)
 *   select=never|half|shifted (what our kernel gets wrong)
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdbool.h>
#include "control.h"
#include <cuda.h>
#undef cuDeviceGetUuid
CUresult CUDAAPI cuDeviceGetUuid(CUuuid *uuid, CUdevice dev);
#ifdef cuEventElapsedTime
#undef cuEventElapsedTime
CUresult CUDAAPI cuEventElapsedTime(float *pMilliseconds, CUevent hStart, CUevent hEnd);
#endif

enum { DEVICES = 8, ALLOCATIONS = 256, BOUNDARY = 256 };
enum { CONTEXT = 0x43545800, STREAM = 0x53545200, EVENT = 0x45565400 };

struct CUctx_st { int magic, device, held; };
struct CUstream_st { int magic; CUcontext context; bool pending; };
struct CUevent_st { int magic; CUcontext context; CUstream stream; double at_s; bool recorded; };
struct allocation { uintptr_t address; size_t size; CUcontext context; bool host; };

static struct CUctx_st contexts[DEVICES];
static struct CUstream_st default_stream = {STREAM, NULL, false};
static CUstream streams[ALLOCATIONS];
static struct allocation allocations[ALLOCATIONS];
static _Thread_local CUcontext current;
static bool started;
static double clock_s;
static int stuck;
static int events;

static int held_modules(void);
static void forget_modules(void);

static CUresult refuse(CUresult code, const char *why) {
    note("refused", "%s", why);
    return code;
}
#define REFUSE(condition, code, why) \
    do { if (condition) return refuse(code, why); } while (0)
#define ENTER() \
    do { \
        int told_code = enter(__func__); \
        if (told_code >= 700) stuck = told_code; \
        if (stuck) return stuck; \
        if (told_code) return told_code; \
    } while (0)
#define STARTED() \
    do { ENTER(); REFUSE(!started, CUDA_ERROR_NOT_INITIALIZED, "not started"); } while (0)
#define INSIDE() \
    do { STARTED(); REFUSE(!current, CUDA_ERROR_INVALID_CONTEXT, "no current context"); } while (0)

static double of_device(CUdevice device, const char *what, double otherwise) {
    char key[64];
    snprintf(key, sizeof key, "%d.%s", device, what);
    return number(key, otherwise);
}

static const char *text_of(CUdevice device, const char *what) {
    char key[64];
    snprintf(key, sizeof key, "%d.%s", device, what);
    return told(key);
}

static bool absent(CUdevice device) {
    return device < 0 || device >= (int)number("count", 1) || device >= DEVICES;
}

/* The allocation that holds all of it, or NULL. */
static struct allocation *holding(uintptr_t address, size_t size) {
    for (int at = 0; at < ALLOCATIONS; at++) {
        struct allocation *each = &allocations[at];
        if (each->size && address >= each->address && size <= each->size
            && address - each->address <= each->size - size)
            return each;
    }
    return NULL;
}

static bool on_device(uintptr_t address, size_t size) {
    struct allocation *found = holding(address, size);
    return found && !found->host && found->context == current;
}

/* For the other stand-in: whether memory is the current device's, a stream is fit for work. */
int standInOnDevice(uintptr_t address, size_t size) { return on_device(address, size); }
int standInStream(CUstream stream) {
    return stream && stream->magic == STREAM && stream->context == current
           && !default_stream.pending;
}
CUcontext standInCurrent(void) { return current; }
int standInAttribute(const char *what) { return (int)of_device(current->device, what, 0); }
void standInWork(CUstream stream, double seconds) {
    clock_s += seconds;
    stream->pending = true;
}

/* As a process has it that has just loaded the library. */
void standInReset(void) {
    memset(contexts, 0, sizeof contexts);
    memset(streams, 0, sizeof streams);
    memset(allocations, 0, sizeof allocations);
    default_stream.pending = false;
    current = NULL;
    started = false;
    forget_modules();
    clock_s = stuck = events = 0;
    forget_calls();
}

/* How much was taken and not given back. */
int standInHeld(void) {
    int held = events + held_modules();
    for (int at = 0; at < ALLOCATIONS; at++)
        held += allocations[at].size || streams[at];
    for (int device = 0; device < DEVICES; device++)
        held += contexts[device].held;
    return held;
}

CUresult cuInit(unsigned int flags) {
    ENTER();
    REFUSE(flags, CUDA_ERROR_INVALID_VALUE, "flags of cuInit");
    started = true;
    return CUDA_SUCCESS;
}

CUresult cuGetErrorName(CUresult error, const char **text) {
    switch ((int)error) {
    case 1: *text = "CUDA_ERROR_INVALID_VALUE"; return CUDA_SUCCESS;
    case 2: *text = "CUDA_ERROR_OUT_OF_MEMORY"; return CUDA_SUCCESS;
    case 46: *text = "CUDA_ERROR_DEVICE_UNAVAILABLE"; return CUDA_SUCCESS;
    case 209: *text = "CUDA_ERROR_NO_BINARY_FOR_GPU"; return CUDA_SUCCESS;
    case 218: *text = "CUDA_ERROR_INVALID_PTX"; return CUDA_SUCCESS;
    case 221: *text = "CUDA_ERROR_JIT_COMPILER_NOT_FOUND"; return CUDA_SUCCESS;
    case 222: *text = "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"; return CUDA_SUCCESS;
    case 223: *text = "CUDA_ERROR_JIT_COMPILATION_DISABLED"; return CUDA_SUCCESS;
    case 700: *text = "CUDA_ERROR_ILLEGAL_ADDRESS"; return CUDA_SUCCESS;
    case 719: *text = "CUDA_ERROR_LAUNCH_FAILED"; return CUDA_SUCCESS;
    case 803: *text = "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"; return CUDA_SUCCESS;
    case 999: *text = "CUDA_ERROR_UNKNOWN"; return CUDA_SUCCESS;
    }
    *text = NULL;
    return CUDA_ERROR_INVALID_VALUE;
}

CUresult cuDriverGetVersion(int *version) {
    ENTER();
    *version = (int)number("driver", 13000);
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int *count) {
    STARTED();
    *count = (int)number("count", 1);
    return CUDA_SUCCESS;
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) {
    STARTED();
    REFUSE(absent(ordinal), CUDA_ERROR_INVALID_DEVICE, "no such device");
    int code = (int)of_device(ordinal, "lost", 0);
    *device = ordinal;
    return code;
}

CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
    STARTED();
    REFUSE(absent(device) || length <= 0, CUDA_ERROR_INVALID_VALUE, "name");
    const char *text = text_of(device, "name");
    snprintf(name, length, "%s", text ? text : "NVIDIA stand-in");
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetPCIBusId(char *place, int length, CUdevice device) {
    STARTED();
    REFUSE(absent(device) || length < 13, CUDA_ERROR_INVALID_VALUE, "place");
    const char *text = text_of(device, "bus");
    snprintf(place, length, "%s", text ? text : "0000:65:00.0");
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetUuid(CUuuid *uuid, CUdevice device) {
    STARTED();
    REFUSE(absent(device), CUDA_ERROR_INVALID_DEVICE, "uuid");
    memset(uuid->bytes, (int)of_device(device, "uuid", device + 1), sizeof uuid->bytes);
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice device) {
    STARTED();
    REFUSE(absent(device), CUDA_ERROR_INVALID_DEVICE, "uuid");
    int package = (int)of_device(device, "uuid", device + 1);
    memset(uuid->bytes, (int)of_device(device, "partition", package), sizeof uuid->bytes);
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute which, CUdevice device) {
    STARTED();
    REFUSE(absent(device), CUDA_ERROR_INVALID_DEVICE, "attribute");
    switch (which) {
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = of_device(device, "units", 132); break;
    case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE: *value = of_device(device, "l2", 4096); break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = of_device(device, "major", 9); break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = of_device(device, "minor", 0); break;
    default: return refuse(CUDA_ERROR_INVALID_VALUE, "attribute");
    }
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
    STARTED();
    REFUSE(absent(device), CUDA_ERROR_INVALID_DEVICE, "retain");
    int code = (int)of_device(device, "unavailable", 0);
    if (code)
        return code;
    contexts[device] = (struct CUctx_st){CONTEXT, device, contexts[device].held + 1};
    *context = &contexts[device];
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRelease(CUdevice device) {
    STARTED();
    REFUSE(absent(device) || !contexts[device].held, CUDA_ERROR_INVALID_CONTEXT, "release");
    for (int at = 0; at < ALLOCATIONS; at++)
        if (allocations[at].size && allocations[at].context == &contexts[device])
            note("refused", "memory left behind");
    contexts[device].held--;
    return CUDA_SUCCESS;
}

CUresult cuCtxSetCurrent(CUcontext context) {
    STARTED();
    REFUSE(context && context->magic != CONTEXT, CUDA_ERROR_INVALID_CONTEXT, "no context");
    REFUSE(context && !context->held, CUDA_ERROR_CONTEXT_IS_DESTROYED, "context was left");
    current = context;
    return CUDA_SUCCESS;
}

#include "libcuda_memory.h"
#include "libcuda_work.h"
#include "libcuda_module.h"
