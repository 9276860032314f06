/*
 * Picks the k best of every segment of a query's scores, the best first. Run again over the lists
 * that it made, it merges them.
 *
 * One block takes one segment. Of 64 groups of its elements it knows the greatest; the k-th
 * greatest of those is a lower bound of the k-th best, since k elements reach it. What lies above
 * is collected, then what equals it as far as places are left; both are ranked by counting. Above
 * the bound lie the elements of fewer than k groups, so the room is fixed whatever the scores are.
 *
 * Scores are compared by keys: unsigned numbers in the order of the scores, NaN the lowest. A list
 * that fewer elements than k make is filled up with the index NONE.
 *
 * Compiled to select.ptx by: PYTHONPATH=tests python -m support.select_ptx
 */
#define THREADS 256
#define EACH 16
#define SEGMENT (THREADS * EACH)
#define GROUPS 64
#define MOST_BEST 32
#define ROOM ((MOST_BEST - 1) * (SEGMENT / GROUPS) + MOST_BEST)
#define NONE 0xFFFFFFFFu
#define TOP_BIT 0x80000000u
#define INFINITE 0x7F800000u
#define NAN_BITS 0x7FFFFFFFu

/* The order of a score: of an int32 where `whole`, else of an fp32. */
static __device__ unsigned key_of(unsigned score, unsigned whole)
{
    if (whole)
        return score ^ TOP_BIT;
    if ((score & ~TOP_BIT) > INFINITE)
        return 0;
    return score & TOP_BIT ? ~score : score | TOP_BIT;
}

/*
 * scores[query * stride + place]: fp32, or int32 where `whole`, `count` of each query.
 * indices: the same shape; if there are none, a score's index is `first` + its place.
 * best[(query * lists + first_list + segment) * k + rank], and best_indices alike.
 * Blocks of THREADS; a grid of segments by queries; 1 <= k <= MOST_BEST.
 */
#ifdef __cplusplus
extern "C"
#endif
__global__ void __launch_bounds__(THREADS)
select_best(const unsigned *scores, const unsigned *indices, unsigned long long stride,
            unsigned count, unsigned first, unsigned k, unsigned whole, unsigned *best,
            unsigned *best_indices, unsigned lists, unsigned first_list)
{
    __shared__ unsigned greatest[THREADS];
    __shared__ unsigned keys[ROOM];
    __shared__ unsigned short places[ROOM];
    __shared__ unsigned bound, above, equal;
    const unsigned thread = threadIdx.x;
    const unsigned begin = blockIdx.x * SEGMENT;
    const unsigned held = count - begin < SEGMENT ? count - begin : SEGMENT;
    /* Of this thread's elements those that are there: a bit each. */
    const unsigned own = held > thread ? (held - thread + THREADS - 1) / THREADS : 0;
    const unsigned there = (1u << own) - 1;
    unsigned mine[EACH];
    unsigned top = 0;

    scores += blockIdx.y * stride + begin;
    if (indices)
        indices += blockIdx.y * stride + begin;
    if (held == SEGMENT) {
        /* Without a branch at each, so that all of a thread's loads are under way at once. */
#pragma unroll
        for (unsigned i = 0; i < EACH; i++)
            mine[i] = scores[i * THREADS + thread];
    } else {
#pragma unroll
        for (unsigned i = 0; i < EACH; i++)
            mine[i] = there >> i & 1 ? scores[i * THREADS + thread] : 0;
    }
#pragma unroll
    for (unsigned i = 0; i < EACH; i++) {
        mine[i] = there >> i & 1 ? key_of(mine[i], whole) : 0;
        top = mine[i] > top ? mine[i] : top;
    }
    greatest[thread] = top;
    if (thread == 0)
        above = equal = 0;
    __syncthreads();

    if (thread < GROUPS) {
        for (unsigned other = thread + GROUPS; other < THREADS; other += GROUPS)
            top = greatest[other] > top ? greatest[other] : top;
        greatest[thread] = top;
    }
    __syncthreads();

    if (thread < GROUPS) {
        unsigned rank = 0;
#pragma unroll 8
        for (unsigned other = 0; other < GROUPS; other++)
            rank += greatest[other] > top || (greatest[other] == top && other < thread);
        if (rank == k - 1)
            bound = top;
    }
    __syncthreads();

    unsigned over = 0, same = 0;
#pragma unroll
    for (unsigned i = 0; i < EACH; i++) {
        over |= (unsigned)(mine[i] > bound) << i;
        same |= (unsigned)(mine[i] == bound) << i;
    }
    same &= there;
    for (; over; over &= over - 1) {
        const unsigned place = (__ffs(over) - 1) * THREADS + thread;
        const unsigned slot = atomicAdd(&above, 1u);
        keys[slot] = key_of(scores[place], whole);
        places[slot] = (unsigned short)place;
    }
    __syncthreads();

    const unsigned better = above;
    const unsigned missing = better < k ? k - better : 0;
    if (missing) {
        for (; same; same &= same - 1) {
            const unsigned place = (__ffs(same) - 1) * THREADS + thread;
            /* What fills up a list has the lowest key, which a score may have too. */
            if (bound == 0 && indices && indices[place] == NONE)
                continue;
            const unsigned slot = atomicAdd(&equal, 1u);
            if (slot >= missing)
                break;
            keys[better + slot] = bound;
            places[better + slot] = (unsigned short)place;
        }
        __syncthreads();
    }

    const unsigned found = better + (equal < missing ? equal : missing);
    const unsigned long long list =
        ((unsigned long long)blockIdx.y * lists + first_list + blockIdx.x) * k;
    for (unsigned at = thread; at < found; at += THREADS) {
        const unsigned key = keys[at], place = places[at];
        unsigned rank = 0;
#pragma unroll 1
        for (unsigned other = 0; other < found; other++)
            rank += keys[other] > key || (keys[other] == key && places[other] < place);
        if (rank < k) {
            best[list + rank] = scores[place];
            best_indices[list + rank] = indices ? indices[place] : first + begin + place;
        }
    }
    if (found <= thread && thread < k) {
        best[list + thread] = whole ? TOP_BIT : NAN_BITS;
        best_indices[list + thread] = NONE;
    }
}
