// STREAM's triad, a[i] = b[i] + s * c[i], by threads that each have a CPU and memory of their own.
//
//     triad BYTES PASSES CPU…
//
// BYTES is the size of each of the three arrays. It prints "ready" and the bytes that a repetition
// moves; for each line on stdin, "wall_s cpu_s" of one more repetition.
//
// Written from the definition of the benchmark (J. D. McCalpin, 1995), which counts 24 bytes for
// each element. Stores go past the caches where AVX has such stores, so that nothing is read only
// to be overwritten.

#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#if defined(__AVX__)
#include <immintrin.h>
#endif

enum { PAGE = 4096, HUGE_PAGE = 2 * 1024 * 1024 };

struct part {
    int cpu;
    size_t count;
    double *a, *b, *c;
    double began_s, ended_s, cpu_s;
};

static pthread_barrier_t gate;
static int passes = 1;

static double now(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

static double *array(size_t bytes) {
    void *at = aligned_alloc(HUGE_PAGE, (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
    if (!at) {
        fputs("triad: no memory\n", stderr);
        exit(1);
    }
    madvise(at, bytes, MADV_HUGEPAGE);
    return at;
}

static void triad(double *restrict a, const double *b, const double *c, double s, size_t count) {
#if defined(__AVX__)
    const __m256d scale = _mm256_set1_pd(s);
    for (size_t i = 0; i < count; i += 4)
        _mm256_stream_pd(a + i, _mm256_add_pd(_mm256_load_pd(b + i),
                                              _mm256_mul_pd(scale, _mm256_load_pd(c + i))));
    _mm_sfence();
#else
    for (size_t i = 0; i < count; i++) a[i] = b[i] + s * c[i];
#endif
}

static void fill(struct part *own) {
    uint64_t state = 88172645463325252u + (uint64_t)own->cpu;
    for (size_t i = 0; i < own->count; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17; // xorshift64 (Marsaglia 2003)
        own->b[i] = (double)(state >> 11) * 0x1p-53;
        own->c[i] = 1.0 - own->b[i];
        own->a[i] = 0.0;
    }
}

static void *work(void *argument) {
    struct part *own = argument;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(own->cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
    size_t bytes = own->count * sizeof(double);
    own->a = array(bytes), own->b = array(bytes), own->c = array(bytes);
    fill(own);
    pthread_barrier_wait(&gate);
    for (;;) {
        pthread_barrier_wait(&gate);
        double cpu_s = now(CLOCK_THREAD_CPUTIME_ID);
        own->began_s = now(CLOCK_MONOTONIC);
        for (int pass = 0; pass < passes; pass++) triad(own->a, own->b, own->c, 3.0, own->count);
        own->ended_s = now(CLOCK_MONOTONIC);
        own->cpu_s = now(CLOCK_THREAD_CPUTIME_ID) - cpu_s;
        pthread_barrier_wait(&gate);
    }
    return NULL;
}

static void repeat(struct part *parts, int threads) {
    pthread_barrier_wait(&gate);
    pthread_barrier_wait(&gate);
    double began_s = parts[0].began_s, ended_s = parts[0].ended_s, cpu_s = 0;
    for (int i = 0; i < threads; i++) {
        if (parts[i].began_s < began_s) began_s = parts[i].began_s;
        if (parts[i].ended_s > ended_s) ended_s = parts[i].ended_s;
        cpu_s += parts[i].cpu_s;
        size_t at = parts[i].count / 2;
        // The compiler may round twice here and once there.
        if (fabs(parts[i].a[at] - (parts[i].b[at] + 3.0 * parts[i].c[at])) > 1e-12) {
            fputs("triad: a wrong sum\n", stderr);
            exit(1);
        }
    }
    printf("%.9f %.9f\n", ended_s - began_s, cpu_s);
    fflush(stdout);
}

int main(int count, char **words) {
    if (count < 4) {
        fputs("usage: triad BYTES PASSES CPU…\n", stderr);
        return 2;
    }
    int threads = count - 3;
    passes = atoi(words[2]);
    size_t each = strtoull(words[1], NULL, 10) / sizeof(double) / (size_t)threads / PAGE * PAGE;
    struct part *parts = calloc((size_t)threads, sizeof *parts);
    pthread_barrier_init(&gate, NULL, (unsigned)threads + 1);
    for (int i = 0; i < threads; i++) {
        pthread_t thread;
        parts[i].cpu = atoi(words[3 + i]);
        parts[i].count = each;
        if (pthread_create(&thread, NULL, work, &parts[i])) return 1;
    }
    pthread_barrier_wait(&gate);
    printf("ready %zu\n", 24 * each * (size_t)threads * (size_t)passes);
    fflush(stdout);
    char line[64];
    while (fgets(line, sizeof line, stdin)) repeat(parts, threads);
    return 0;
}
