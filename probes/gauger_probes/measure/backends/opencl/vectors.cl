// Names of vector types and of their functions, and how products are added up.
//
// SUM holds sums and V elements are in a vector. With PACKED an operand is a word of four int8;
// with DOT the device's dot product (cl_khr_integer_dot_product) multiplies them. ADD(sum, one,
// many) adds the products of one operand with a vector of them.

#ifdef FP64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif
#ifdef FP16
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#endif

#define JOINED(a, b) a##b
#define JOIN(a, b) JOINED(a, b)
#define SUMS JOIN(SUM, V)
#define LOAD JOIN(vload, V)
#define STORE JOIN(vstore, V)

#if defined(DOT)
#define DOTS_2(one, many) \
    (int2)(dot_4x8packed_ss_int(one, many.lo), dot_4x8packed_ss_int(one, many.hi))
#define DOTS_4(one, many) (int4)(DOTS_2(one, many.lo), DOTS_2(one, many.hi))
#define DOTS_8(one, many) (int8)(DOTS_4(one, many.lo), DOTS_4(one, many.hi))
#define DOTS_16(one, many) (int16)(DOTS_8(one, many.lo), DOTS_8(one, many.hi))
#define ADD(sum, one, many) (sum) += JOIN(DOTS_, V)(one, many)
#elif defined(PACKED)
// Products of int8 are exact in mad24, which is the fast multiplication of many GPUs.
#define BYTE(word, at, type) (JOIN(as_, type)((word) << (24 - 8 * (at))) >> 24)
#define ADD_BYTE(sum, one, many, at) \
    (sum) = mad24((SUMS)(BYTE(one, at, int)), BYTE(many, at, SUMS), sum)
#define ADD(sum, one, many)       \
    ADD_BYTE(sum, one, many, 0); \
    ADD_BYTE(sum, one, many, 1); \
    ADD_BYTE(sum, one, many, 2); \
    ADD_BYTE(sum, one, many, 3)
#else
#define ADD(sum, one, many) (sum) = mad((SUMS)(one), many, sum)
#endif
