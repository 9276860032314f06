// The product of two dense matrices, on vector units. Both operands are stored with k outermost:
// a is k × m and b is k × n, so that a work-group reads contiguous stretches of each; c is m × n.
//
// Settings besides those of vectors.cl: OPERAND, the type of an operand; VECTORS vectors of columns
// and ROWS rows to a work-item; LANES_M × LANES_N work-items to a group; STAGED, how many steps of
// k pass through local memory at a time, 0 for none.

#define OPERANDS JOIN(OPERAND, V)
#define TILE_M (LANES_M * ROWS)
#define TILE_N (LANES_N * VECTORS * V)
#define GROUP (LANES_M * LANES_N)

__kernel __attribute__((reqd_work_group_size(LANES_N, LANES_M, 1)))
void multiply(const uint steps, const uint m, const uint n,
              __global const OPERAND *a, __global const OPERAND *b, __global SUM *c)
{
    const uint lane_n = get_local_id(0), lane_m = get_local_id(1);
    a += get_group_id(1) * TILE_M;
    b += get_group_id(0) * TILE_N;
    SUMS sum[ROWS][VECTORS];
    for (uint row = 0; row < ROWS; row++)
        for (uint part = 0; part < VECTORS; part++)
            sum[row][part] = (SUMS)(0);

#if STAGED
    __local OPERAND tile_a[STAGED * TILE_M], tile_b[STAGED * TILE_N];
    const uint lane = lane_m * LANES_N + lane_n;
    for (uint first = 0; first < steps; first += STAGED) {
        for (uint at = lane; at < STAGED * TILE_M / V; at += GROUP)
            STORE(LOAD(0, a + (size_t)(first + at / (TILE_M / V)) * m + at % (TILE_M / V) * V),
                  at, tile_a);
        for (uint at = lane; at < STAGED * TILE_N / V; at += GROUP)
            STORE(LOAD(0, b + (size_t)(first + at / (TILE_N / V)) * n + at % (TILE_N / V) * V),
                  at, tile_b);
        barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll 4
        for (uint step = 0; step < STAGED; step++) {
            __local const OPERAND *from_a = tile_a + step * TILE_M + lane_m * ROWS;
            __local const OPERAND *from_b = tile_b + step * TILE_N + lane_n * V;
#else
    {
        for (uint step = 0; step < steps; step++) {
            __global const OPERAND *from_a = a + (size_t)step * m + lane_m * ROWS;
            __global const OPERAND *from_b = b + (size_t)step * n + lane_n * V;
#endif
            OPERANDS right[VECTORS];
#pragma unroll
            for (uint part = 0; part < VECTORS; part++)
                right[part] = LOAD(part * LANES_N, from_b);
#pragma unroll
            for (uint row = 0; row < ROWS; row++) {
                const OPERAND left = from_a[row];
#pragma unroll
                for (uint part = 0; part < VECTORS; part++) {
                    ADD(sum[row][part], left, right[part]);
                }
            }
        }
#if STAGED
        barrier(CLK_LOCAL_MEM_FENCE);
#endif
    }

    c += (size_t)(get_group_id(1) * TILE_M + lane_m * ROWS) * n + get_group_id(0) * TILE_N;
    for (uint row = 0; row < ROWS; row++)
        for (uint part = 0; part < VECTORS; part++)
            STORE(sum[row][part], part * LANES_N + lane_n, c + (size_t)row * n);
}
