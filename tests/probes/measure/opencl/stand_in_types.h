/* What stand_in.c needs of CL/cl.h, where that is not installed. */
#include <stddef.h>
#include <stdint.h>

typedef int32_t cl_int;
typedef uint32_t cl_uint, cl_bool, cl_platform_info, cl_device_info, cl_program_build_info;
typedef uint32_t cl_event_info, cl_profiling_info;
typedef uint64_t cl_ulong, cl_device_type, cl_mem_flags, cl_map_flags, cl_command_queue_properties;
typedef intptr_t cl_context_properties;
typedef struct _cl_platform_id *cl_platform_id;
typedef struct _cl_device_id *cl_device_id;
typedef struct _cl_context *cl_context;
typedef struct _cl_command_queue *cl_command_queue;
typedef struct _cl_mem *cl_mem;
typedef struct _cl_program *cl_program;
typedef struct _cl_kernel *cl_kernel;
typedef struct _cl_event *cl_event;

#define CL_CALLBACK
#define CL_SUCCESS 0
#define CL_COMPLETE 0
#define CL_MEM_COPY_OVERLAP -8
#define CL_INVALID_VALUE -30
#define CL_INVALID_WORK_GROUP_SIZE -54
#define CL_QUEUE_PROFILING_ENABLE (1 << 1)
#define CL_PROFILING_COMMAND_START 0x1282
