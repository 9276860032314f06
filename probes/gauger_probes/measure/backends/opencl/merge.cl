// Joins the lists that scan.cl left for one query; LANES work-items to a query.

__kernel __attribute__((reqd_work_group_size(LANES, 1, 1)))
void merge(const uint lists, __global const SUM *scores, __global const uint *indices,
           __global SUM *best, __global uint *best_index)
{
    __local SUM parts[LANES * K];
    __local uint parts_index[LANES * K];
    const uint lane = get_local_id(0), query = get_group_id(0);
    SUM top[K];
    uint top_index[K];
    for (uint at = 0; at < K; at++) {
        top[at] = LEAST;
        top_index[at] = NONE;
    }
    scores += (size_t)query * lists * K;
    indices += (size_t)query * lists * K;
    for (uint at = lane; at < lists * K; at += LANES) {
        const SUM score = scores[at];
        INSERT(top, top_index, score, indices[at])
    }
    for (uint at = 0; at < K; at++) {
        parts[lane * K + at] = top[at];
        parts_index[lane * K + at] = top_index[at];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane == 0) {
        for (uint at = K; at < LANES * K; at++) {
            const SUM score = parts[at];
            INSERT(top, top_index, score, parts_index[at])
        }
        for (uint at = 0; at < K; at++) {
            best[query * K + at] = top[at];
            best_index[query * K + at] = top_index[at];
        }
    }
}
