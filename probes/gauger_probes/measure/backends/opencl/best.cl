// Sorted lists of the K best, the best first: SUM is the type of a score, LEAST is below all.

#define NONE 0xffffffffu

// Puts a score into a list, where it belongs there.
#define INSERT(scores, indices, score, index)                         \
    if ((score) > (scores)[K - 1]) {                                  \
        int place = K - 1;                                            \
        for (; place > 0 && (scores)[place - 1] < (score); place--) { \
            (scores)[place] = (scores)[place - 1];                    \
            (indices)[place] = (indices)[place - 1];                  \
        }                                                             \
        (scores)[place] = (score);                                    \
        (indices)[place] = (index);                                   \
    }
