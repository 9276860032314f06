/*
 * The kernel of select.cu, run by the host: a block's threads are threads of the host, which wait
 * for each other at a real barrier; blocks run one after the other, so that what a block shares is
 * a static variable, in which the block before has left what it left.
 */
#ifndef SELECT_ON_HOST_H
#define SELECT_ON_HOST_H

#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

struct three { unsigned x, y, z; };
static _Thread_local struct three threadIdx;
static struct three blockIdx;
static pthread_barrier_t barrier;

#define __device__
#define __global__
#define __launch_bounds__(threads)
#define __shared__ static
#define __syncthreads() pthread_barrier_wait(&barrier)
#define __ffs(bits) ffs((int)(bits))
#define atomicAdd(address, value) __atomic_fetch_add(address, value, __ATOMIC_RELAXED)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#include "select.cu"
#pragma GCC diagnostic pop

struct selection {
    const unsigned *scores, *indices;
    unsigned long long stride;
    unsigned count, first, k, whole;
    unsigned *best, *best_indices;
    unsigned lists, first_list;
    struct three grid;
};
struct of_block { const struct selection *call; unsigned thread; };

static void *run_thread(void *given) {
    const struct of_block *me = given;
    const struct selection *call = me->call;
    threadIdx = (struct three){me->thread, 0, 0};
    for (unsigned y = 0; y < call->grid.y; y++)
        for (unsigned x = 0; x < call->grid.x; x++) {
            pthread_barrier_wait(&barrier);
            if (me->thread == 0)
                blockIdx = (struct three){x, y, 0};
            pthread_barrier_wait(&barrier);
            select_best(call->scores, call->indices, call->stride, call->count, call->first,
                        call->k, call->whole, call->best, call->best_indices, call->lists,
                        call->first_list);
        }
    return NULL;
}

/* Runs a grid; returns 0, or what kept a thread from being started. */
static int run_grid(const struct selection *call) {
    static pthread_t threads[THREADS];
    static struct of_block blocks[THREADS];
    int started = 0, problem = pthread_barrier_init(&barrier, NULL, THREADS);
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 1 << 18);
    for (; started < THREADS && !problem; started += !problem) {
        blocks[started] = (struct of_block){call, (unsigned)started};
        problem = pthread_create(&threads[started], &small, run_thread, &blocks[started]);
    }
    if (problem)
        abort(); /* The others wait for it for ever. */
    while (started)
        pthread_join(threads[--started], NULL);
    pthread_attr_destroy(&small);
    return pthread_barrier_destroy(&barrier);
}

#endif
