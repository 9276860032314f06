/*
 * A stand-in for cuBLASLt: describes, proposes and multiplies as NVIDIA's documentation of
 * cublasLtMatmul() says, on the CPU, in plain loops. What the documentation or the header forbids
 * is refused: with 7 (invalid value) what is wrong, with 15 (not supported) what the device or the
 * library cannot do.
 *
 * It finds the stand-in for the driver as NVIDIA's library finds the driver, by its soname.
 * A product moves the virtual clock on by its operations over a rate.
 *
 * control: version=130000 rate.gemm= (operations a second) fastest=2 (the algorithm which reaches
 *   it; the others take a quarter longer) fastest.layout=TN (the other layout takes a tenth longer)
 *   flags= (what every algorithm says of itself) silent=1 (none says it) none=1 (none is proposed)
 *   fewest=17 (int8 has no algorithm for fewer columns of B)
 *   unfit=0 (this algorithm is proposed and does not run)
 *   wrong=block|bf16|tf32|never (an eighth by an eighth is zero; inputs are shortened; nothing is
 *   done)
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include "control.h"
#ifdef CUBLASLT_HEADER
#include <cublasLt.h>
#else
#include "cublaslt_declared.h"
#endif
#include "product.h"

_Static_assert(sizeof(cublasLtMatmulAlgo_t) == 64, "algorithm");
_Static_assert(sizeof(cublasLtMatmulHeuristicResult_t) == 96, "heuristic result");
_Static_assert(offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize) == 64, "workspace");
_Static_assert(offsetof(cublasLtMatmulHeuristicResult_t, state) == 72, "state");

enum { HANDLE = 0x48414e44, DESC = 0x44455343, LAYOUT = 0x4c41594f, PREFERENCE = 0x50524546,
       ALGORITHM = 0x414c474f };
enum { ALGORITHMS = 7, WORKSPACE = 1 << 20, BOUNDARY = 256 };

struct cublasLtContext { int magic; void *context; };
struct desc { uint64_t magic; int compute, scale, transa, transb; const float *scale_a, *scale_b; };
struct layout { uint64_t magic; int type; uint64_t rows, columns; int64_t leading; };
struct preference { uint64_t magic, workspace; };
struct algorithm { uint64_t magic, index, workspace, problem, flags; };

static cublasStatus_t refuse(cublasStatus_t status, const char *why) {
    note("refused", "%s", why);
    return status;
}
#define REFUSE(condition, why) \
    do { if (condition) return refuse(CUBLAS_STATUS_INVALID_VALUE, why); } while (0)
#define UNSUPPORTED(condition, why) \
    do { if (condition) return refuse(CUBLAS_STATUS_NOT_SUPPORTED, why); } while (0)
#define ENTER() do { int code = enter(__func__); if (code) return code; } while (0)

/* A function of the driver's stand-in, which must be loaded. */
static void *driver(const char *name) {
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
    return library ? dlsym(library, name) : NULL;
}
static void *context(void) {
    void *(*get)(void) = driver("standInCurrent");
    return get ? get() : NULL;
}
static bool held(const void *address, size_t size) {
    int (*on_device)(uintptr_t, size_t) = driver("standInOnDevice");
    return on_device && on_device((uintptr_t)address, size);
}
static int capability(void) {
    int (*get)(const char *) = driver("standInAttribute");
    int major = get("major"), minor = get("minor");
    return major ? 10 * major + minor : 90;
}

static int held_objects;

void standInReset(void) {
    held_objects = 0;
    forget_calls();
}

/* How much was made and not given back. */
int standInHeld(void) { return held_objects; }

size_t cublasLtGetVersion(void) { return (size_t)number("version", 130000); }

const char *cublasLtGetStatusName(cublasStatus_t status) {
    switch ((int)status) {
    case 7: return "CUBLAS_STATUS_INVALID_VALUE";
    case 13: return "CUBLAS_STATUS_EXECUTION_FAILED";
    case 15: return "CUBLAS_STATUS_NOT_SUPPORTED";
    }
    return "CUBLAS_STATUS_OTHER";
}

cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle) {
    ENTER();
    if (!context())
        return CUBLAS_STATUS_NOT_INITIALIZED;
    *handle = malloc(sizeof **handle);
    **handle = (struct cublasLtContext){HANDLE, context()};
    held_objects++;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
    ENTER();
    REFUSE(!handle || handle->magic != HANDLE, "no handle");
    handle->magic = 0;
    held_objects--;
    return CUBLAS_STATUS_SUCCESS;
}

#define MAKE(kind, ...) \
    do { \
        struct kind *made = malloc(sizeof *made); \
        *made = (struct kind)__VA_ARGS__; \
        *out = (void *)made; \
        held_objects++; \
        return CUBLAS_STATUS_SUCCESS; \
    } while (0)
#define DESTROY(kind, MAGIC) \
    do { \
        struct kind *each = (void *)given; \
        REFUSE(!each || each->magic != MAGIC, "destroyed what was not made"); \
        each->magic = 0; \
        held_objects--; \
        return CUBLAS_STATUS_SUCCESS; \
    } while (0)

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *out, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
    ENTER();
    MAKE(desc, {DESC, compute, scale, CUBLAS_OP_N, CUBLAS_OP_N, NULL, NULL});
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t given) {
    ENTER();
    DESTROY(desc, DESC);
}
cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *out, cudaDataType type,
                                          uint64_t rows, uint64_t columns, int64_t leading) {
    ENTER();
    MAKE(layout, {LAYOUT, type, rows, columns, leading});
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t given) {
    ENTER();
    DESTROY(layout, LAYOUT);
}
cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *out) {
    ENTER();
    MAKE(preference, {PREFERENCE, 0});
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t given) {
    ENTER();
    DESTROY(preference, PREFERENCE);
}

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t given,
                                              cublasLtMatmulDescAttributes_t which,
                                              const void *value, size_t size) {
    ENTER();
    struct desc *desc = (void *)given;
    REFUSE(!desc || desc->magic != DESC || !value, "no description");
    bool pointer = which == CUBLASLT_MATMUL_DESC_A_SCALE_POINTER
                   || which == CUBLASLT_MATMUL_DESC_B_SCALE_POINTER;
    REFUSE(size != (pointer ? sizeof(void *) : sizeof(int32_t)), "size of an attribute");
    switch (which) {
    case CUBLASLT_MATMUL_DESC_TRANSA: memcpy(&desc->transa, value, size); break;
    case CUBLASLT_MATMUL_DESC_TRANSB: memcpy(&desc->transb, value, size); break;
    case CUBLASLT_MATMUL_DESC_A_SCALE_POINTER: memcpy(&desc->scale_a, value, size); break;
    case CUBLASLT_MATMUL_DESC_B_SCALE_POINTER: memcpy(&desc->scale_b, value, size); break;
    default: return refuse(CUBLAS_STATUS_INVALID_VALUE, "attribute of a description");
    }
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t given,
                                                    cublasLtMatmulPreferenceAttributes_t which,
                                                    const void *value, size_t size) {
    ENTER();
    struct preference *preference = (void *)given;
    REFUSE(!preference || preference->magic != PREFERENCE || !value, "no preference");
    REFUSE(which != CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES || size != sizeof(uint64_t),
           "attribute of a preference");
    memcpy(&preference->workspace, value, size);
    return CUBLAS_STATUS_SUCCESS;
}

#include "libcublaslt_matmul.h"
