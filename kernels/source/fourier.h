/* Transforms of complex numbers, and of two rows of real numbers as the real and the imaginary part of one. */
#ifndef FOURIER_H
#define FOURIER_H

#include <string.h>

#include "simd.h"

typedef struct {
    vec re, im;
} complex_vec;

INLINE complex_vec times(complex_vec x, vec re, vec im) { return (complex_vec){x.re * re - x.im * im, x.re * im + x.im * re}; }

/* The butterfly of radix 4: sums with the powers of -i. */
INLINE void four(complex_vec a, complex_vec b, complex_vec c, complex_vec d, complex_vec *out) {
    const complex_vec sum = {a.re + c.re, a.im + c.im}, difference = {a.re - c.re, a.im - c.im};
    const complex_vec other = {b.re + d.re, b.im + d.im}, turned = {b.im - d.im, d.re - b.re}; /* -i (b - d) */
    out[0] = (complex_vec){sum.re + other.re, sum.im + other.im};
    out[1] = (complex_vec){difference.re + turned.re, difference.im + turned.im};
    out[2] = (complex_vec){sum.re - other.re, sum.im - other.im};
    out[3] = (complex_vec){difference.re - turned.re, difference.im - turned.im};
}

/* Transforms of LANES columns of `n` points each, after Stockham: pass after pass between two places, and at last in
   `from`'s or `to`'s, which is returned. `turns` are those of `size` points. Real parts are `n` registers, imaginary ones follow `apart` registers on. */
INLINE float *columns(const int n, const int size, const float *turns, float *from, float *to, const long apart) {
    int stride = 1, left = n;
    for (; left >= 4; left /= 4, stride *= 4) {
        const int quarter = left / 4, step = size / left;
        for (int p = 0; p < quarter; p++) {
            vec re[4], im[4];
            for (int k = 1; k < 4; k++) re[k] = all(turns[k * p * step]), im[k] = all(turns[size + k * p * step]);
            for (int q = 0; q < stride; q++) {
                complex_vec x[4], y[4];
                for (int k = 0; k < 4; k++) {
                    const float *at = from + (long)(q + stride * (p + quarter * k)) * LANES;
                    x[k] = (complex_vec){load(at), load(at + apart)};
                }
                four(x[0], x[1], x[2], x[3], y);
                for (int k = 0; k < 4; k++) {
                    const complex_vec value = k ? times(y[k], re[k], im[k]) : y[0];
                    float *at = to + (long)(q + stride * (4 * p + k)) * LANES;
                    store(at, value.re);
                    store(at + apart, value.im);
                }
            }
        }
        float *other = from;
        from = to;
        to = other;
    }
    if (left == 2) {
        for (int q = 0; q < stride; q++)
            for (int part = 0; part < 2; part++) {
                const float *at = from + (long)q * LANES + part * apart;
                const vec a = load(at), b = load(at + (long)stride * LANES);
                float *out = to + (long)q * LANES + part * apart;
                store(out, a + b);
                store(out + (long)stride * LANES, a - b);
            }
        from = to;
    }
    return from;
}

INLINE vec reversed(vec v) {
#if LANES == 16
    return __builtin_shufflevector(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
#else
    return __builtin_shufflevector(v, v, 7, 6, 5, 4, 3, 2, 1, 0);
#endif
}

/* Transposes LANES registers: every pass interleaves the first half of them with the second. */
INLINE void transpose(vec *rows) {
    for (int pass = 1; pass < LANES; pass *= 2) {
        vec next[LANES];
        for (int i = 0; i < LANES / 2; i++) interleave(rows[i], rows[i + LANES / 2], next + 2 * i, next + 2 * i + 1);
        for (int i = 0; i < LANES; i++) rows[i] = next[i];
    }
}

/* The transform of `size` points, in place; `work` has twice as many floats. Point n is in column n % LANES: columns are
   transformed first, then rows (Bailey's four steps). `turned` is by `turns_of_rows`. */
INLINE void transform(const int size, const float *turns, const float *turned, float *re, float *im, float *work, float *other) {
    const int across = size / LANES;
    memcpy(work, re, size * sizeof(float));
    memcpy(work + size, im, size * sizeof(float));
    const float *done = columns(across, size, turns, work, other, size);
    for (int at = 0; at < across; at += LANES) {
        vec x[2][LANES];
        for (int i = 0; i < LANES; i++) {
            const long place = (long)(at + i) * LANES;
            const complex_vec value =
                times((complex_vec){load(done + place), load(done + size + place)}, load(turned + place), load(turned + size + place));
            x[0][i] = value.re;
            x[1][i] = value.im;
        }
        transpose(x[0]);
        transpose(x[1]);
        vec y[2][LANES];
        const float *rows = columns(LANES, size, turns, (float *)x, (float *)y, LANES * LANES);
        for (int i = 0; i < LANES; i++) {
            store(re + i * across + at, load(rows + i * LANES));
            store(im + i * across + at, load(rows + LANES * LANES + i * LANES));
        }
    }
}

/* The factors between the two steps, (2, size / LANES, LANES): turns by k2 n1 of size. */
INLINE void turns_of_rows(const int size, const float *turns, float *turned) {
    for (int k = 0; k < size / LANES; k++)
        for (int n = 0; n < LANES; n++)
            for (int part = 0; part < 2; part++)
                turned[part * size + k * LANES + n] = turns[part * size + k * n % size];
}

/* Twice the bins of both channels, LANES from bin k on. */
INLINE void split(const int size, const float *re, const float *im, int k, complex_vec *left, complex_vec *right) {
    const vec a = load(re + k), b = load(im + k);
    const vec c = reversed(load(re + size - k - LANES + 1)), d = reversed(load(im + size - k - LANES + 1));
    *left = (complex_vec){a + c, b - d};
    *right = (complex_vec){b + d, c - a};
}

/* Bins of both channels, twice as large, to one spectrum whose transform has them as its real and imaginary part. */
INLINE void join(const int size, complex_vec left, complex_vec right, int k, float *re, float *im) {
    store(re + k, left.re - right.im);
    store(im + k, left.im + right.re);
    store(re + size - k - LANES + 1, reversed(left.re + right.im));
    store(im + size - k - LANES + 1, reversed(right.re - left.im));
}

#endif
