/*
 * A stand-in for the OpenCL loader and one driver: answers what the file "answers" beside it says.
 *
 * Lines are "key=value". "devices" is how many there are (default 1), "platforms" likewise;
 * "platform.0x902" and "0.0x102b" hold an answer of the platform and of device 0 in hexadecimal
 * bytes, and what is missing is CL_INVALID_VALUE. "status.clFinish" is what clFinish returns,
 * after "good.clFinish" calls that went well and before call number "until.clFinish". "log" is
 * the compiler's log in hexadecimal, "elapsed" the nanoseconds on its clock, which then begins
 * anew with each command, "execution" the status of an event. "spoil" is 1 for a device whose
 * copies differ in one byte.
 *
 * Memory is the host's: copies really copy. Kernels do nothing. With Khronos' headers installed
 * the prototypes are checked against them.
 */
#define _GNU_SOURCE
#if __has_include(<CL/cl.h>)
#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>
#else
#include "stand_in_types.h"
#endif
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE 8192
#define FUNCTIONS 64

typedef struct { size_t size; unsigned char *bytes; } memory;
typedef struct { cl_ulong start, end; } span;

static int live;
static struct { char name[64]; long calls; } called[FUNCTIONS];
static char one_byte[8]; /* platforms and devices point in here */

int stand_in_live(void) { return live; }

void stand_in_reset(void)
{
    live = 0;
    memset(called, 0, sizeof called);
}

static int look_up(const char *key, char *value)
{
    Dl_info self;
    char path[4096], line[LINE];
    size_t length = strlen(key);
    int found = 0;
    if (!dladdr((void *)stand_in_reset, &self))
        abort();
    snprintf(path, sizeof path, "%s", self.dli_fname);
    snprintf(strrchr(path, '/'), 16, "/answers");
    FILE *answers = fopen(path, "r");
    if (!answers)
        return 0;
    while (!found && fgets(line, sizeof line, answers)) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, key, length) == 0 && line[length] == '=') {
            strcpy(value, line + length + 1);
            found = 1;
        }
    }
    fclose(answers);
    return found;
}

static long long number(const char *key, long long otherwise)
{
    char value[LINE];
    return look_up(key, value) ? strtoll(value, NULL, 0) : otherwise;
}

/* What the function is to return: success, unless the file says otherwise. */
static cl_int said(const char *function)
{
    char key[96];
    int at = 0;
    while (called[at].name[0] && strcmp(called[at].name, function) != 0)
        at++;
    strcpy(called[at].name, function);
    snprintf(key, sizeof key, "good.%s", function);
    long long calls = called[at].calls++;
    if (calls < number(key, 0))
        return CL_SUCCESS;
    snprintf(key, sizeof key, "until.%s", function);
    if (calls >= number(key, calls + 1))
        return CL_SUCCESS;
    snprintf(key, sizeof key, "status.%s", function);
    return (cl_int)number(key, CL_SUCCESS);
}

static size_t unhex(const char *text, unsigned char *bytes)
{
    size_t count = strlen(text) / 2;
    for (size_t at = 0; at < count; at++) {
        unsigned value;
        sscanf(text + 2 * at, "%2x", &value);
        bytes[at] = (unsigned char)value;
    }
    return count;
}

static cl_int answer(const char *key, size_t room, void *place, size_t *size)
{
    char text[LINE];
    unsigned char bytes[LINE / 2];
    if (!look_up(key, text))
        return CL_INVALID_VALUE;
    size_t count = unhex(text, bytes);
    if (size)
        *size = count;
    if (place && room < count)
        return CL_INVALID_VALUE;
    if (place)
        memcpy(place, bytes, count);
    return CL_SUCCESS;
}

static void *made(const char *function, cl_int *status, size_t size)
{
    *status = said(function);
    if (*status != CL_SUCCESS)
        return NULL;
    live++;
    return calloc(1, size);
}

static cl_int released(void *object)
{
    live--;
    free(object);
    return CL_SUCCESS;
}

static cl_ulong now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (cl_ulong)time.tv_sec * 1000000000u + (cl_ulong)time.tv_nsec;
}

static cl_int done(const char *function, cl_ulong start, cl_event *event)
{
    cl_int status = said(function);
    if (event && status == CL_SUCCESS) {
        span *taken = calloc(1, sizeof *taken);
        long long elapsed = number("elapsed", -1);
        taken->start = elapsed < 0 ? start : 1;
        taken->end = elapsed < 0 ? now() + 1 : 1 + (cl_ulong)elapsed;
        live++;
        *event = (cl_event)taken;
    }
    return status;
}

cl_int clGetPlatformIDs(cl_uint room, cl_platform_id *place, cl_uint *count)
{
    cl_uint there = (cl_uint)number("platforms", 1);
    cl_int status = said("clGetPlatformIDs");
    if (count)
        *count = there;
    for (cl_uint at = 0; place && at < room && at < there; at++)
        place[at] = (cl_platform_id)(one_byte + at);
    return status;
}

cl_int clGetPlatformInfo(cl_platform_id platform, cl_platform_info what, size_t room, void *place,
                         size_t *size)
{
    char key[64];
    (void)platform;
    snprintf(key, sizeof key, "platform.0x%x", what);
    return answer(key, room, place, size);
}

cl_int clGetDeviceIDs(cl_platform_id platform, cl_device_type kind, cl_uint room,
                      cl_device_id *place, cl_uint *count)
{
    char key[64];
    cl_uint there = (cl_uint)number("devices", 1);
    (void)kind;
    snprintf(key, sizeof key, "clGetDeviceIDs.%d", (int)((char *)platform - one_byte));
    cl_int status = said(key);
    if (count)
        *count = there;
    for (cl_uint at = 0; place && at < room && at < there; at++)
        place[at] = (cl_device_id)(one_byte + at);
    return status;
}

cl_int clGetDeviceInfo(cl_device_id device, cl_device_info what, size_t room, void *place,
                       size_t *size)
{
    char key[64];
    snprintf(key, sizeof key, "%d.0x%x", (int)((char *)device - one_byte), what);
    return answer(key, room, place, size);
}

cl_context clCreateContext(const cl_context_properties *properties, cl_uint count,
                           const cl_device_id *devices,
                           void(CL_CALLBACK *notify)(const char *, const void *, size_t, void *),
                           void *data, cl_int *status)
{
    char function[64];
    (void)properties, (void)count, (void)notify, (void)data;
    snprintf(function, sizeof function, "clCreateContext.%d", (int)((char *)devices[0] - one_byte));
    return made(function, status, 1);
}

cl_command_queue clCreateCommandQueue(cl_context context, cl_device_id device,
                                      cl_command_queue_properties properties, cl_int *status)
{
    (void)context, (void)device;
    if (!(properties & CL_QUEUE_PROFILING_ENABLE))
        abort();
    return made("clCreateCommandQueue", status, 1);
}

cl_mem clCreateBuffer(cl_context context, cl_mem_flags flags, size_t size, void *host,
                      cl_int *status)
{
    memory *new = made("clCreateBuffer", status, sizeof *new);
    (void)context, (void)flags, (void)host;
    if (new) {
        new->size = size;
        new->bytes = malloc(size);
    }
    return (cl_mem)new;
}

cl_program clCreateProgramWithSource(cl_context context, cl_uint count, const char **texts,
                                     const size_t *lengths, cl_int *status)
{
    (void)context, (void)count, (void)texts, (void)lengths;
    return made("clCreateProgramWithSource", status, 1);
}

cl_int clBuildProgram(cl_program program, cl_uint count, const cl_device_id *devices,
                      const char *options, void(CL_CALLBACK *notify)(cl_program, void *),
                      void *data)
{
    (void)program, (void)count, (void)devices, (void)options, (void)notify, (void)data;
    return said("clBuildProgram");
}

cl_int clGetProgramBuildInfo(cl_program program, cl_device_id device, cl_program_build_info what,
                             size_t room, void *place, size_t *size)
{
    (void)program, (void)device, (void)what;
    return answer("log", room, place, size);
}

cl_kernel clCreateKernel(cl_program program, const char *name, cl_int *status)
{
    (void)program, (void)name;
    return made("clCreateKernel", status, 1);
}

cl_int clSetKernelArg(cl_kernel kernel, cl_uint at, size_t size, const void *value)
{
    (void)kernel, (void)at, (void)size, (void)value;
    return said("clSetKernelArg");
}

cl_int clEnqueueNDRangeKernel(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                              const size_t *offset, const size_t *sizes, const size_t *group,
                              cl_uint waits, const cl_event *events, cl_event *event)
{
    (void)queue, (void)kernel, (void)offset, (void)waits, (void)events;
    for (cl_uint at = 0; at < dimensions; at++)
        if (!group[at] || sizes[at] % group[at])
            return CL_INVALID_WORK_GROUP_SIZE;
    return done("clEnqueueNDRangeKernel", now(), event);
}

cl_int clEnqueueReadBuffer(cl_command_queue queue, cl_mem from, cl_bool blocking, size_t at,
                           size_t size, void *place, cl_uint waits, const cl_event *events,
                           cl_event *event)
{
    memory *source = (memory *)from;
    cl_ulong start = now();
    (void)queue, (void)blocking, (void)waits, (void)events;
    if (at + size > source->size)
        return CL_INVALID_VALUE;
    memcpy(place, source->bytes + at, size);
    return done("clEnqueueReadBuffer", start, event);
}

cl_int clEnqueueWriteBuffer(cl_command_queue queue, cl_mem to, cl_bool blocking, size_t at,
                            size_t size, const void *place, cl_uint waits, const cl_event *events,
                            cl_event *event)
{
    memory *target = (memory *)to;
    cl_ulong start = now();
    (void)queue, (void)blocking, (void)waits, (void)events;
    if (at + size > target->size)
        return CL_INVALID_VALUE;
    memcpy(target->bytes + at, place, size);
    return done("clEnqueueWriteBuffer", start, event);
}

cl_int clEnqueueCopyBuffer(cl_command_queue queue, cl_mem from, cl_mem to, size_t begin, size_t at,
                           size_t size, cl_uint waits, const cl_event *events, cl_event *event)
{
    memory *source = (memory *)from, *target = (memory *)to;
    cl_ulong start = now();
    (void)queue, (void)waits, (void)events;
    if (begin + size > source->size || at + size > target->size)
        return CL_INVALID_VALUE;
    if (source == target && begin < at + size && at < begin + size)
        return CL_MEM_COPY_OVERLAP;
    memcpy(target->bytes + at, source->bytes + begin, size);
    if (number("spoil", 0))
        target->bytes[at] ^= 1;
    return done("clEnqueueCopyBuffer", start, event);
}

cl_int clEnqueueFillBuffer(cl_command_queue queue, cl_mem to, const void *pattern, size_t length,
                           size_t at, size_t size, cl_uint waits, const cl_event *events,
                           cl_event *event)
{
    memory *target = (memory *)to;
    cl_ulong start = now();
    (void)queue, (void)waits, (void)events;
    if (at + size > target->size || at % length || size % length)
        return CL_INVALID_VALUE;
    for (size_t place = at; place < at + size; place += length)
        memcpy(target->bytes + place, pattern, length);
    return done("clEnqueueFillBuffer", start, event);
}

void *clEnqueueMapBuffer(cl_command_queue queue, cl_mem from, cl_bool blocking, cl_map_flags flags,
                         size_t at, size_t size, cl_uint waits, const cl_event *events,
                         cl_event *event, cl_int *status)
{
    memory *source = (memory *)from;
    (void)queue, (void)blocking, (void)flags, (void)size, (void)waits, (void)events, (void)event;
    *status = said("clEnqueueMapBuffer");
    return *status == CL_SUCCESS ? source->bytes + at : NULL;
}

cl_int clEnqueueUnmapMemObject(cl_command_queue queue, cl_mem of, void *address, cl_uint waits,
                               const cl_event *events, cl_event *event)
{
    (void)queue, (void)of, (void)address, (void)waits, (void)events, (void)event;
    return said("clEnqueueUnmapMemObject");
}

cl_int clFinish(cl_command_queue queue)
{
    (void)queue;
    return said("clFinish");
}

cl_int clGetEventInfo(cl_event event, cl_event_info what, size_t room, void *place, size_t *size)
{
    (void)event, (void)what, (void)size;
    if (room != sizeof(cl_int))
        return CL_INVALID_VALUE;
    *(cl_int *)place = (cl_int)number("execution", CL_COMPLETE);
    return CL_SUCCESS;
}

cl_int clGetEventProfilingInfo(cl_event event, cl_profiling_info what, size_t room, void *place,
                               size_t *size)
{
    span *taken = (span *)event;
    (void)size;
    if (room != sizeof(cl_ulong))
        return CL_INVALID_VALUE;
    *(cl_ulong *)place = what == CL_PROFILING_COMMAND_START ? taken->start : taken->end;
    return said("clGetEventProfilingInfo");
}

cl_int clReleaseMemObject(cl_mem of)
{
    free(((memory *)of)->bytes);
    return released(of);
}

cl_int clReleaseContext(cl_context of) { return released(of); }
cl_int clReleaseCommandQueue(cl_command_queue of) { return released(of); }
cl_int clReleaseProgram(cl_program of) { return released(of); }
cl_int clReleaseKernel(cl_kernel of) { return released(of); }
cl_int clReleaseEvent(cl_event of) { return released(of); }
