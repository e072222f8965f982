/* Vector types, and operations on them that every layer uses. */
#ifndef VECTORS_H
#define VECTORS_H

#include <stdint.h>

#define PANEL 16 /* output channels computed together; the layout of the weights depends on it */
#if defined(__AVX512F__)
#define LANES 16 /* floats in one register */
#define ROWS 12  /* of a product at a time: 12 registers of sums, 1 of weights; the input is an operand in memory */
#elif defined(__aarch64__)
#define LANES 8 /* two registers of NEON */
#define ROWS 5  /* 20 registers of sums, 4 of weights; with 6 rows a quarter of the instructions would move registers */
#else
#define LANES 8
#define ROWS 6 /* 12 registers of sums, 2 of weights, 1 of input */
#endif
#define PARTS (PANEL / LANES) /* registers of a panel */

/* Unaligned on purpose: with AVX2 an unaligned load of aligned memory costs nothing. */
typedef float vec __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int32_t ivec __attribute__((vector_size(LANES * 4), aligned(4)));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *from) { return *(const vec *)from; }
/* Written out: `0 + x` would be an addition, which turns -0 into 0. */
#if LANES == 16
INLINE vec all(float x) { return (vec){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }
#else
INLINE vec all(float x) { return (vec){x, x, x, x, x, x, x, x}; }
#endif
INLINE void store(float *to, vec value) { *(vec *)to = value; }

/* Interleaves two registers: the first halves of both, then the second ones. */
INLINE void interleave(vec even, vec odd, vec *low, vec *high) {
#if LANES == 16
    *low = __builtin_shufflevector(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    *high = __builtin_shufflevector(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#else
    *low = __builtin_shufflevector(even, odd, 0, 8, 1, 9, 2, 10, 3, 11);
    *high = __builtin_shufflevector(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
#endif
}

/* The inverse of `interleave`. */
INLINE void deinterleave(vec low, vec high, vec *even, vec *odd) {
#if LANES == 16
    *even = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    *odd = __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
#else
    *even = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
    *odd = __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15);
#endif
}

/* Of `rows` rows: c[r][0..PANEL) = sum over k of a[r][k] * u[k][0..PANEL). */
INLINE void rows_times_panel(const int rows, const float *a, long row, const float *u, long depth, float *c) {
    vec sums[ROWS][PARTS];
    for (int r = 0; r < rows; r++)
        for (int p = 0; p < PARTS; p++) sums[r][p] = (vec){0};
#pragma unroll(4)
    for (long k = 0; k < depth; k++, u += PANEL) {
        vec weights[PARTS];
        for (int p = 0; p < PARTS; p++) weights[p] = load(u + p * LANES);
        for (int r = 0; r < rows; r++) {
            const vec x = all(a[r * row + k]);
            for (int p = 0; p < PARTS; p++) sums[r][p] += x * weights[p];
        }
    }
    for (int r = 0; r < rows; r++)
        for (int p = 0; p < PARTS; p++) store(c + r * PANEL + p * LANES, sums[r][p]);
}

/* A matrix (count, depth), `row` floats from row to row, times a panel of weights (depth, PANEL): (count, PANEL). */
INLINE void times_panel(long count, const float *a, long row, const float *u, long depth, float *c) {
    for (; count >= ROWS; count -= ROWS, a += ROWS * row, c += ROWS * PANEL)
        rows_times_panel(ROWS, a, row, u, depth, c);
    switch (count) { /* the number of rows must be known to the compiler, or the sums do not stay in registers */
    case 1: rows_times_panel(1, a, row, u, depth, c); break;
    case 2: rows_times_panel(2, a, row, u, depth, c); break;
    case 3: rows_times_panel(3, a, row, u, depth, c); break;
    case 4: rows_times_panel(4, a, row, u, depth, c); break;
#if ROWS > 5
    case 5: rows_times_panel(5, a, row, u, depth, c); break;
#endif
#if ROWS > 6
    case 6: rows_times_panel(6, a, row, u, depth, c); break;
    case 7: rows_times_panel(7, a, row, u, depth, c); break;
    case 8: rows_times_panel(8, a, row, u, depth, c); break;
    case 9: rows_times_panel(9, a, row, u, depth, c); break;
    case 10: rows_times_panel(10, a, row, u, depth, c); break;
    case 11: rows_times_panel(11, a, row, u, depth, c); break;
#endif
    }
}

/* e to the x, to the last bit or two: 2^n times a polynomial on [-ln(2)/2, ln(2)/2] (Cephes' coefficients of expf). */
INLINE vec exponential(vec x) {
    x = __builtin_elementwise_min(__builtin_elementwise_max(x, all(-87.0f)), all(88.0f));
    vec n = __builtin_elementwise_rint(x * 1.44269504088896341f);
    vec r = x - n * 0.693359375f - n * -2.12194440e-4f;
    vec p = all(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    ivec power = (__builtin_convertvector(n, ivec) + 127) << 23;
    return p * (vec)power;
}

/* LeakyReLU of a slope below 1 (ReLU with 0), or ELU. */
INLINE vec activate(vec x, float slope, int elu) {
    if (!elu) return __builtin_elementwise_max(x, x * slope);
    vec zero = {0};
    return __builtin_elementwise_max(x, zero) + (exponential(__builtin_elementwise_min(x, zero)) - 1.0f);
}

#endif
