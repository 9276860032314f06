/* Elements of every type as numbers, and a product in plain loops, summed in double. */
#ifndef PRODUCT_H
#define PRODUCT_H

struct product {
    uint64_t m, n, k;
    const void *a, *b;
    void *d;
    int ab_type, d_type;
    int64_t lda, ldb, ldd;
    bool ta, tb, tf32;
    double alpha;
    const char *wrong;
};

static size_t width(int type) {
    switch (type) {
    case CUDA_R_64F: return 8;
    case CUDA_R_32F: case CUDA_R_32I: return 4;
    case CUDA_R_16F: case CUDA_R_16BF: return 2;
    case CUDA_R_8I: case CUDA_R_8F_E4M3: return 1;
    }
    abort();
}

/* A small binary float: sign, exponent with this bias, fraction of so many bits. */
static double decoded(unsigned bits, int exponent_bits, int fraction_bits) {
    int bias = (1 << (exponent_bits - 1)) - 1;
    int exponent = bits >> fraction_bits & ((1 << exponent_bits) - 1);
    double fraction = (double)(bits & ((1u << fraction_bits) - 1)) / (1 << fraction_bits);
    double size = exponent ? ldexp(1 + fraction, exponent - bias) : ldexp(fraction, 1 - bias);
    return bits >> (exponent_bits + fraction_bits) & 1 ? -size : size;
}

static float shortened(float value, int dropped) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits += ((1u << (dropped - 1)) - 1) + (bits >> dropped & 1);
    bits &= ~((1u << dropped) - 1);
    memcpy(&value, &bits, sizeof bits);
    return value;
}

static double load(int type, const void *from, uint64_t at) {
    switch (type) {
    case CUDA_R_64F: return ((const double *)from)[at];
    case CUDA_R_32F: return ((const float *)from)[at];
    case CUDA_R_32I: return ((const int32_t *)from)[at];
    case CUDA_R_8I: return ((const int8_t *)from)[at];
    case CUDA_R_16F: return decoded(((const uint16_t *)from)[at], 5, 10);
    case CUDA_R_16BF: return decoded(((const uint16_t *)from)[at], 8, 7);
    case CUDA_R_8F_E4M3: return decoded(((const uint8_t *)from)[at], 4, 3);
    }
    abort();
}

static void store(int type, void *to, uint64_t at, double value) {
    float single = (float)value;
    uint32_t bits;
    _Float16 half = (_Float16)value;
    switch (type) {
    case CUDA_R_64F: ((double *)to)[at] = value; return;
    case CUDA_R_32F: ((float *)to)[at] = single; return;
    case CUDA_R_32I: ((int32_t *)to)[at] = (int32_t)value; return;
    case CUDA_R_16F: memcpy((uint16_t *)to + at, &half, sizeof half); return;
    case CUDA_R_16BF:
        single = shortened(single, 16);
        memcpy(&bits, &single, sizeof bits);
        ((uint16_t *)to)[at] = bits >> 16;
        return;
    }
    abort();
}

static double input(const struct product *product, const void *from, uint64_t at) {
    double value = load(product->ab_type, from, at);
    if (product->wrong && !strcmp(product->wrong, "bf16"))
        return shortened((float)value, 16);
    if (product->tf32 || (product->wrong && !strcmp(product->wrong, "tf32")))
        return shortened((float)value, 13);
    return value;
}

/* The vectors of an operand over the inner dimension, one after the other, as numbers. */
static double *vectors(const struct product *product, const void *from, uint64_t outer,
                       int64_t leading, bool together) {
    double *numbers = malloc(outer * product->k * sizeof *numbers);
    for (uint64_t at = 0; at < outer; at++)
        for (uint64_t l = 0; l < product->k; l++)
            numbers[at * product->k + l] =
                input(product, from, together ? l + at * leading : at + l * leading);
    return numbers;
}

static void multiply(const struct product *product) {
    if (product->wrong && !strcmp(product->wrong, "never"))
        return;
    bool block = product->wrong && !strcmp(product->wrong, "block");
    double *a = vectors(product, product->a, product->m, product->lda, product->ta);
    double *b = vectors(product, product->b, product->n, product->ldb, !product->tb);
    for (uint64_t j = 0; j < product->n; j++)
        for (uint64_t i = 0; i < product->m; i++) {
            double sum = 0;
            for (uint64_t l = 0; l < product->k; l++)
                sum += a[i * product->k + l] * b[j * product->k + l];
            if (block && i < product->m / 8 && j < product->n / 8)
                sum = 0;
            store(product->d_type, product->d, i + j * product->ldd, sum * product->alpha);
        }
    free(a);
    free(b);
}

#endif
