// Multiplies as oneMKL and oneDNN do, by their published C interfaces, one term at a time.
//
// Signatures: oneMKL developer reference for C (cblas_?gemm, cblas_gemm_bf16bf16f32,
// cblas_gemm_f16f16f32, cblas_gemm_s8u8s32; integers of 32 bits) and dnnl.h of oneDNN 2 and 3
// (dnnl_sgemm, dnnl_gemm_u8s8s32). Only what callers here use is there: a second operand by rows that
// is transposed, no other, alpha 1, beta 0, offsets 0; anything else ends the process, so that a wrong argument shows.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAJOR = 101, COLUMN_MAJOR = 102, NO_TRANS = 111, TRANS = 112, FIX_OFFSET = 173 };

static void must(int held) {
    if (!held) abort();
}

// By rows, with the first operand's elements at a + i * lda + l, or by columns at a + l * lda + i.
#define MULTIPLY(a, b, c, sum)                                                                   \
    for (int i = 0; i < m; i++)                                                                  \
        for (int j = 0; j < n; j++) {                                                            \
            sum total = 0;                                                                       \
            for (int l = 0; l < k; l++) {                                                        \
                size_t x = rows ? (size_t)i * lda + l : (size_t)l * lda + i;                     \
                size_t y = rows && !turned ? (size_t)l * ldb + j : (size_t)j * ldb + l;          \
                total += (sum)(a) * (sum)(b);                                                    \
            }                                                                                    \
            (c)[rows ? (size_t)i * ldc + j : (size_t)j * ldc + i] = total;                       \
        }

#define GEMM(name, element, result, sum, read)                                                   \
    void name(int layout, int ta, int tb, int m, int n, int k, result alpha, const element *a,   \
              int lda, const element *b, int ldb, result beta, result *c, int ldc) {             \
        must(ta == NO_TRANS && (tb == NO_TRANS || tb == TRANS) && alpha == 1 && beta == 0);      \
        must(layout == ROW_MAJOR || (layout == COLUMN_MAJOR && tb == NO_TRANS));                 \
        int rows = layout == ROW_MAJOR, turned = tb == TRANS;                                    \
        MULTIPLY(read(a[x]), read(b[y]), c, sum)                                                 \
    }

static float from_bfloat16(uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float from_half(_Float16 half) { return (float)half; }

#define PLAIN(x) (x)
GEMM(cblas_dgemm, double, double, double, PLAIN)
GEMM(cblas_sgemm, float, float, double, PLAIN)
GEMM(cblas_gemm_bf16bf16f32, uint16_t, float, double, from_bfloat16)
GEMM(cblas_gemm_f16f16f32, _Float16, float, double, from_half)

void cblas_gemm_s8u8s32(int layout, int ta, int tb, int offset, int m, int n, int k, float alpha,
                        const int8_t *a, int lda, int8_t oa, const uint8_t *b, int ldb, int8_t ob,
                        float beta, int32_t *c, int ldc, const int32_t *oc) {
    must(ta == NO_TRANS && tb == NO_TRANS && offset == FIX_OFFSET && alpha == 1 && beta == 0);
    must(layout == COLUMN_MAJOR && oa == 0 && ob == 0 && *oc == 0);
    int rows = 0, turned = 0;
    MULTIPLY(a[x], b[y], c, int32_t)
}

int MKL_Get_Max_Threads(void) { return 3; }

void MKL_Get_Version_String(char *text, int size) {
    strncpy(text, "stand-in\x1b[31m of oneMKL", (size_t)size);
}

typedef struct {
    int major, minor, patch;
    const char *hash;
} version_t;

const version_t *dnnl_version(void) {
    static const version_t version = {3, 5, 3, "stand-in"};
    return &version;
}

int dnnl_sgemm(char ta, char tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a,
               int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc) {
    must(ta == 'N' && tb == 'N' && alpha == 1 && beta == 0);
    if (m == 13) return 2; // dnnl_invalid_arguments
    int rows = 1, turned = 0;
    MULTIPLY(a[x], b[y], c, double)
    return 0;
}

int dnnl_gemm_u8s8s32(char ta, char tb, char offset, int64_t m, int64_t n, int64_t k, float alpha,
                      const uint8_t *a, int64_t lda, uint8_t oa, const int8_t *b, int64_t ldb,
                      int8_t ob, float beta, int32_t *c, int64_t ldc, const int32_t *oc) {
    must(ta == 'N' && tb == 'N' && offset == 'F' && alpha == 1 && beta == 0);
    must(oa == 0 && ob == 0 && *oc == 0);
    int rows = 1, turned = 0;
    MULTIPLY(a[x], b[y], c, int32_t)
    return 0;
}
