// Finds the best of a gallery by inner product with each query, where the products are made.
//
// The gallery lies in groups of ROOM templates, within a group with the steps outermost, so that
// neighbouring work-items read neighbouring templates. A sorted list of the best so far is kept
// for each group of work-items and query; a product goes through local memory only if it beats the
// last of that list.
//
// Settings besides those of vectors.cl and best.cl: STORED, the type of a template's element in
// memory, HALVES or BRAINS (bfloat16) for how it is read, WORD, the type of one that was read and
// of a query's; V templates to a work-item, LANES work-items to a group, QUERIES at a time, STEPS
// elements to a template.

#define ROOM (V * LANES)

#if defined(HALVES)
#define FETCH(from) JOIN(vload_half, V)(0, (__global const half *)(from))
#elif defined(BRAINS)
#define FETCH(from) JOIN(as_float, V)(JOIN(convert_uint, V)(LOAD(0, from)) << 16)
#else
#define FETCH(from) LOAD(0, from)
#endif

__kernel __attribute__((reqd_work_group_size(LANES, 1, 1)))
void scan(const uint first, const uint size, const uint first_list, const uint lists,
          __global const STORED *gallery, __global const WORD *queries,
          __global SUM *scores, __global uint *indices)
{
    __local SUM top[QUERIES * K], fresh[QUERIES * ROOM];
    __local uint top_index[QUERIES * K], fresh_index[QUERIES * ROOM];
    __local int count[QUERIES];
    const uint lane = get_local_id(0);
    const uint groups = (size + ROOM - 1) / ROOM;
    queries += (size_t)get_group_id(1) * QUERIES * STEPS;

    for (uint at = lane; at < QUERIES * K; at += LANES) {
        top[at] = LEAST;
        top_index[at] = NONE;
    }
    for (uint query = lane; query < QUERIES; query += LANES)
        count[query] = 0;
    barrier(CLK_LOCAL_MEM_FENCE);

    for (uint group = get_group_id(0); group < groups; group += get_num_groups(0)) {
        __global const STORED *from = gallery + (size_t)group * STEPS * ROOM + lane * V;
        SUMS sum[QUERIES];
        for (uint query = 0; query < QUERIES; query++)
            sum[query] = (SUMS)(0);
        for (uint step = 0; step < STEPS; step++) {
            const JOIN(WORD, V) x = FETCH(from + step * ROOM);
#pragma unroll
            for (uint query = 0; query < QUERIES; query++) {
                ADD(sum[query], queries[step * QUERIES + query], x);
            }
        }
        for (uint query = 0; query < QUERIES; query++) {
            SUM each[V];
            STORE(sum[query], 0, each);
            for (uint part = 0; part < V; part++) {
                const uint index = group * ROOM + lane * V + part;
                if (index < size && each[part] > top[query * K + K - 1]) {
                    const int at = atomic_inc(count + query);
                    fresh[query * ROOM + at] = each[part];
                    fresh_index[query * ROOM + at] = first + index;
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (uint query = lane; query < QUERIES; query += LANES) {
            for (int at = 0; at < count[query]; at++) {
                const SUM score = fresh[query * ROOM + at];
                INSERT(top + query * K, top_index + query * K, score,
                       fresh_index[query * ROOM + at])
            }
            count[query] = 0;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }

    const uint list = first_list + get_group_id(0);
    for (uint at = lane; at < QUERIES * K; at += LANES) {
        const size_t query = get_group_id(1) * QUERIES + at / K;
        scores[(query * lists + list) * K + at % K] = top[at];
        indices[(query * lists + list) * K + at % K] = top_index[at];
    }
}
