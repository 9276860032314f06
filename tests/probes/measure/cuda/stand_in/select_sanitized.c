/*
 * The kernel of select.cu alone, as a program for sanitizers: selects from scores that fill all
 * the room that a block has, that are all alike, and that are none, and merges the lists.
 */
#define _GNU_SOURCE
#include "select_on_host.h"

enum { COUNT = 2 * SEGMENT + 100, LISTS = 3 };

static unsigned scores[COUNT], best[LISTS * MOST_BEST], indices[LISTS * MOST_BEST];
static unsigned merged[MOST_BEST], merged_indices[MOST_BEST];

static void select_and_merge(unsigned k) {
    struct selection first = {scores, NULL, COUNT, COUNT, 0, k, 1, best, indices, LISTS, 0,
                              {LISTS, 1, 1}};
    struct selection second = {best, indices, LISTS * k, LISTS * k, 0, k, 1, merged,
                               merged_indices, 1, 0, {1, 1, 1}};
    run_grid(&first);
    run_grid(&second);
}

int main(void) {
    for (unsigned pattern = 0; pattern < 4; pattern++) {
        for (unsigned at = 0; at < COUNT; at++) {
            unsigned crowded = at % GROUPS < MOST_BEST - 1, late = at % THREADS >= GROUPS;
            unsigned value = at * 2654435761u >> 12;
            scores[at] = pattern == 0   ? value + (crowded << 24)
                         : pattern == 1 ? value + (late << 24)
                         : pattern == 2 ? 7
                                        : TOP_BIT;
        }
        select_and_merge(10);
        select_and_merge(MOST_BEST);
    }
    return 0;
}
