/* The other half of libcublaslt.c: what is allowed together, what is proposed, the product. */

struct problem {
    const struct desc *desc;
    const struct layout *a, *b, *c, *d;
    uint64_t m, n, k;
};

static uint64_t digest(const struct problem *problem) {
    uint64_t values[] = {problem->desc->compute, problem->desc->transa, problem->desc->transb,
                         problem->a->type, problem->d->type, problem->m, problem->n, problem->k};
    uint64_t sum = 14695981039346656037ull;
    for (size_t at = 0; at < sizeof values / sizeof *values; at++)
        sum = (sum ^ values[at]) * 1099511628211ull;
    return sum;
}

static cublasStatus_t shaped(struct problem *problem) {
    const struct layout *all[] = {problem->a, problem->b, problem->c, problem->d};
    for (int at = 0; at < 4; at++) {
        REFUSE(!all[at] || all[at]->magic != LAYOUT, "no layout");
        REFUSE(!all[at]->rows || !all[at]->columns, "an empty matrix");
        REFUSE(all[at]->leading < (int64_t)all[at]->rows, "a leading dimension below the rows");
    }
    REFUSE(!problem->desc || problem->desc->magic != DESC, "no description");
    bool ta = problem->desc->transa == CUBLAS_OP_T, tb = problem->desc->transb == CUBLAS_OP_T;
    problem->m = ta ? problem->a->columns : problem->a->rows;
    problem->k = ta ? problem->a->rows : problem->a->columns;
    problem->n = tb ? problem->b->rows : problem->b->columns;
    REFUSE((tb ? problem->b->columns : problem->b->rows) != problem->k, "inner sides differ");
    REFUSE(problem->d->rows != problem->m || problem->d->columns != problem->n, "sides of D");
    REFUSE(problem->c->rows != problem->m || problem->c->columns != problem->n, "sides of C");
    return CUBLAS_STATUS_SUCCESS;
}

/* The table of types at cublasLtMatmul(), as far as it is used, and which devices have them. */
static const struct {
    int compute, scale, ab, cd, capability;
    uint64_t flags;
} kinds[] = {
#define FLAG(name) CUBLASLT_NUMERICAL_IMPL_FLAGS_##name
    {CUBLAS_COMPUTE_64F, CUDA_R_64F, CUDA_R_64F, CUDA_R_64F, 50,
     FLAG(DMMA) | FLAG(ACCUMULATOR_64F) | FLAG(INPUT_64F)},
    {CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, 50,
     FLAG(FMA) | FLAG(ACCUMULATOR_32F) | FLAG(INPUT_32F)},
    {CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, 80,
     FLAG(HMMA) | FLAG(ACCUMULATOR_32F) | FLAG(INPUT_TF32)},
    {CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16F, CUDA_R_16F, 53,
     FLAG(HMMA) | FLAG(ACCUMULATOR_32F) | FLAG(INPUT_16F)},
    {CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16F, CUDA_R_32F, 53,
     FLAG(HMMA) | FLAG(ACCUMULATOR_32F) | FLAG(INPUT_16F)},
    {CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16BF, CUDA_R_32F, 80,
     FLAG(HMMA) | FLAG(ACCUMULATOR_32F) | FLAG(INPUT_16BF)},
    {CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16BF, CUDA_R_16BF, 80,
     FLAG(HMMA) | FLAG(ACCUMULATOR_32F) | FLAG(INPUT_16BF)},
    {CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_8F_E4M3, CUDA_R_16BF, 89,
     FLAG(HMMA) | FLAG(ACCUMULATOR_32F) | FLAG(INPUT_8F_E4M3)},
    {CUBLAS_COMPUTE_32I, CUDA_R_32I, CUDA_R_8I, CUDA_R_32I, 75,
     FLAG(IMMA) | FLAG(ACCUMULATOR_32I) | FLAG(INPUT_8I)},
};

static int kind_of(const struct problem *problem) {
    for (int at = 0; at < (int)(sizeof kinds / sizeof *kinds); at++)
        if (problem->desc->compute == kinds[at].compute && problem->desc->scale == kinds[at].scale
            && problem->a->type == kinds[at].ab && problem->b->type == kinds[at].ab
            && problem->c->type == kinds[at].cd && problem->d->type == kinds[at].cd)
            return at;
    return -1;
}

static cublasStatus_t allowed(const struct problem *problem) {
    int kind = kind_of(problem);
    UNSUPPORTED(kind < 0, "types that do not go together");
    UNSUPPORTED(capability() < kinds[kind].capability, "a device without this type");
    const struct desc *desc = problem->desc;
    bool tn = desc->transa == CUBLAS_OP_T && desc->transb == CUBLAS_OP_N;
    bool fp8 = kinds[kind].ab == CUDA_R_8F_E4M3, integer = kinds[kind].ab == CUDA_R_8I;
    UNSUPPORTED(integer && problem->n < (uint64_t)number("fewest", 1), "too few columns");
    UNSUPPORTED((fp8 || integer) && !tn, "this type in another layout than TN");
    uint64_t whole = fp8 ? 16 : integer ? 4 : 1;
    UNSUPPORTED(problem->m % whole || problem->k % whole || (fp8 && problem->n % whole),
                "sides of no allowed multiple");
    UNSUPPORTED(problem->a->leading % whole || problem->b->leading % whole, "leading dimensions");
    REFUSE((desc->scale_a || desc->scale_b) && !fp8, "scales of a type that has none");
    REFUSE(desc->scale_a && !held(desc->scale_a, sizeof(float)), "scale of A is not the device's");
    REFUSE(desc->scale_b && !held(desc->scale_b, sizeof(float)), "scale of B is not the device's");
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
    cublasLtHandle_t handle, cublasLtMatmulDesc_t desc, cublasLtMatrixLayout_t a,
    cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
    cublasLtMatmulPreference_t given, int asked, cublasLtMatmulHeuristicResult_t results[],
    int *found) {
    ENTER();
    struct problem problem = {(void *)desc, (void *)a, (void *)b, (void *)c, (void *)d, 0, 0, 0};
    struct preference *preference = (void *)given;
    REFUSE(!handle || handle->magic != HANDLE || handle->context != context(), "handle");
    REFUSE(!preference || preference->magic != PREFERENCE, "no preference");
    REFUSE(asked <= 0 || !results || !found, "nothing asked for");
    cublasStatus_t status = shaped(&problem);
    status = status ? status : allowed(&problem);
    if (status)
        return status;
    *found = 0;
    uint64_t flags = (uint64_t)number("flags", (double)kinds[kind_of(&problem)].flags);
    int most = number("none", 0) ? 0 : asked < ALGORITHMS ? asked : ALGORITHMS;
    for (int at = 0; at < most; at++) {
        uint64_t workspace = (uint64_t)(at == ALGORITHMS - 1 ? 64 : at) * WORKSPACE;
        if (workspace > preference->workspace)
            continue;
        struct algorithm made = {ALGORITHM, at, workspace, digest(&problem), flags};
        cublasLtMatmulHeuristicResult_t *result = &results[(*found)++];
        memset(result, 0, sizeof *result);
        memcpy(&result->algo, &made, sizeof made);
        result->workspaceSize = workspace;
        /* One that is proposed and cannot be used: the others are valid. */
        result->state = at == 1 ? CUBLAS_STATUS_NOT_SUPPORTED : CUBLAS_STATUS_SUCCESS;
    }
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoCapGetAttribute(const cublasLtMatmulAlgo_t *given,
                                                 cublasLtMatmulAlgoCapAttributes_t which,
                                                 void *value, size_t size, size_t *written) {
    ENTER();
    const struct algorithm *algorithm = (const void *)given;
    REFUSE(!algorithm || algorithm->magic != ALGORITHM, "no algorithm");
    REFUSE(which != CUBLASLT_ALGO_CAP_NUMERICAL_IMPL_FLAGS || size != 8 || !written, "capability");
    UNSUPPORTED(number("silent", 0), "silent");
    memcpy(value, &algorithm->flags, size);
    *written = size;
    return CUBLAS_STATUS_SUCCESS;
}

static size_t bytes(const struct layout *layout) {
    return ((layout->columns - 1) * layout->leading + layout->rows) * width(layout->type);
}

static cublasStatus_t placed(const struct problem *problem, const void *a, const void *b,
                             const void *c, const void *d) {
    const void *all[] = {a, b, c, d};
    const struct layout *layouts[] = {problem->a, problem->b, problem->c, problem->d};
    for (int at = 0; at < 4; at++) {
        REFUSE(!held(all[at], bytes(layouts[at])), "a matrix is not all the device's");
        /* The preference promised 256 bytes, its default, for every matrix. */
        REFUSE((uintptr_t)all[at] % BOUNDARY, "a matrix on a lower boundary than was promised");
    }
    return CUBLAS_STATUS_SUCCESS;
}

static double seconds(const struct problem *problem, uint64_t index) {
    double operations = 2.0 * problem->m * problem->n * problem->k;
    const char *layout = told("fastest.layout");
    bool tn = problem->desc->transa == CUBLAS_OP_T;
    bool slower = tn != !strcmp(layout ? layout : "TN", "TN");
    double factor = index == (uint64_t)number("fastest", 2) ? 1 : 1.25;
    return operations / number("rate.gemm", 1e12) * factor * (slower ? 1.1 : 1);
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc,
                              const void *alpha, const void *A, cublasLtMatrixLayout_t a,
                              const void *B, cublasLtMatrixLayout_t b, const void *beta,
                              const void *C, cublasLtMatrixLayout_t c, void *D,
                              cublasLtMatrixLayout_t d, const cublasLtMatmulAlgo_t *algo,
                              void *workspace, size_t size, cudaStream_t stream) {
    ENTER();
    struct problem problem = {(void *)desc, (void *)a, (void *)b, (void *)c, (void *)d, 0, 0, 0};
    REFUSE(!handle || handle->magic != HANDLE || handle->context != context(), "handle");
    cublasStatus_t status = shaped(&problem);
    status = status ? status : allowed(&problem);
    status = status ? status : placed(&problem, A, B, C, D);
    if (status)
        return status;
    const struct algorithm *algorithm = (const void *)algo;
    REFUSE(!algorithm || algorithm->magic != ALGORITHM, "no algorithm");
    REFUSE(algorithm->problem != digest(&problem), "an algorithm for another product");
    UNSUPPORTED(algorithm->index == (uint64_t)number("unfit", 99), "an algorithm that does not run");
    REFUSE(size < algorithm->workspace, "a workspace that is too small");
    REFUSE(size && !held(workspace, size), "a workspace that is not the device's");
    REFUSE((uintptr_t)workspace % BOUNDARY, "a workspace on a lower boundary than 256 bytes");
    REFUSE(!alpha || !beta || held(alpha, 1) || held(beta, 1), "alpha or beta not on the host");
    int (*fit)(cudaStream_t) = driver("standInStream");
    REFUSE(!fit || !fit(stream), "stream");
    void (*work)(cudaStream_t, double) = driver("standInWork");
    const struct desc *told_desc = problem.desc;
    struct product product = {
        .m = problem.m, .n = problem.n, .k = problem.k, .a = A, .b = B, .d = D,
        .ab_type = problem.a->type, .d_type = problem.d->type,
        .lda = problem.a->leading, .ldb = problem.b->leading, .ldd = problem.d->leading,
        .ta = told_desc->transa == CUBLAS_OP_T, .tb = told_desc->transb == CUBLAS_OP_T,
        .tf32 = told_desc->compute == CUBLAS_COMPUTE_32F_FAST_TF32,
        .alpha = load(told_desc->scale, alpha, 0),
        .wrong = told("wrong"),
    };
    REFUSE(load(told_desc->scale, beta, 0) != 0, "C is asked for, which holds nothing");
    if (told_desc->scale_a)
        product.alpha *= *told_desc->scale_a;
    if (told_desc->scale_b)
        product.alpha *= *told_desc->scale_b;
    multiply(&product);
    work(stream, seconds(&problem, algorithm->index));
    return CUBLAS_STATUS_SUCCESS;
}
