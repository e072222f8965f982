#include "spectrum.h"

#include <string.h>

#include "simd.h"

#define ACROSS (FRAME / LANES)
#define EPSILON 1e-10f

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
   `from`'s or `to`'s, which is returned. Real parts are `n` registers, imaginary ones follow `apart` registers on. */
INLINE float *columns(const int n, const float *turns, float *from, float *to, const long apart) {
    int stride = 1, left = n;
    for (; left >= 4; left /= 4, stride *= 4) {
        const int quarter = left / 4, step = FRAME / left;
        for (int p = 0; p < quarter; p++) {
            vec re[4], im[4];
            for (int k = 1; k < 4; k++) re[k] = all(turns[k * p * step]), im[k] = all(turns[FRAME + k * p * step]);
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

/* The transform of FRAME points, in place; `work` has twice as many floats. Point n is in column n % LANES: columns are
   transformed first, then rows (Bailey's four steps). `turned` is by `turns_of_rows`. */
static void transform(const float *turns, const float *turned, float *re, float *im, float *work, float *other) {
    memcpy(work, re, FRAME * sizeof(float));
    memcpy(work + FRAME, im, FRAME * sizeof(float));
    const float *done = columns(ACROSS, turns, work, other, FRAME);
    for (int at = 0; at < ACROSS; at += LANES) {
        vec x[2][LANES];
        for (int i = 0; i < LANES; i++) {
            const long place = (long)(at + i) * LANES;
            const complex_vec value =
                times((complex_vec){load(done + place), load(done + FRAME + place)}, load(turned + place), load(turned + FRAME + place));
            x[0][i] = value.re;
            x[1][i] = value.im;
        }
        transpose(x[0]);
        transpose(x[1]);
        vec y[2][LANES];
        const float *rows = columns(LANES, turns, (float *)x, (float *)y, LANES * LANES);
        for (int i = 0; i < LANES; i++) {
            store(re + i * ACROSS + at, load(rows + i * LANES));
            store(im + i * ACROSS + at, load(rows + LANES * LANES + i * LANES));
        }
    }
}

/* The factors between the two steps, (2, ACROSS, LANES): turns by k2 n1 of FRAME. */
static void turns_of_rows(const float *turns, float *turned) {
    for (int k = 0; k < ACROSS; k++)
        for (int n = 0; n < LANES; n++)
            for (int part = 0; part < 2; part++)
                turned[part * FRAME + k * LANES + n] = turns[part * FRAME + k * n % FRAME];
}

/* Twice the bins of both channels, LANES from bin k on. */
INLINE void split(const float *re, const float *im, int k, complex_vec *left, complex_vec *right) {
    const vec a = load(re + k), b = load(im + k);
    const vec c = reversed(load(re + FRAME - k - LANES + 1)), d = reversed(load(im + FRAME - k - LANES + 1));
    *left = (complex_vec){a + c, b - d};
    *right = (complex_vec){b + d, c - a};
}

void spectrum_of(const Spectra *shape, const float *samples, long row, float *spectrum, float *magnitudes) {
    float turned[2 * FRAME], work[2 * FRAME], other[2 * FRAME];
    turns_of_rows(shape->turns, turned);
    for (int frame = 0; frame < shape->frames; frame++) {
        float *re = spectrum + (long)frame * 2 * PADDED, *im = re + PADDED;
        for (int i = 0; i < FRAME; i += LANES) {
            const vec window = load(shape->window + i);
            store(re + i, window * load(samples + (long)frame * HOP + i));
            store(im + i, window * load(samples + row + (long)frame * HOP + i));
        }
        transform(shape->turns, turned, re, im, work, other);
        re[FRAME] = re[0];
        im[FRAME] = im[0];
        float *left_out = magnitudes + (long)frame * shape->band, *right_out = left_out + (long)shape->frames * shape->band;
        for (int k = 0; k < shape->band; k += LANES) {
            complex_vec left, right;
            split(re, im, k, &left, &right);
            store(left_out + k, 0.5f * __builtin_elementwise_sqrt(left.re * left.re + left.im * left.im));
            store(right_out + k, 0.5f * __builtin_elementwise_sqrt(right.re * right.re + right.im * right.im));
        }
    }
}

/* What the masks of a frame have in common: 1 / (the sum of the squares of all estimates), for a channel's bins. */
INLINE void add_up(const float *estimates, long stem, int stems, int band, float *share) {
    for (int k = 0; k < band; k += LANES) {
        vec sum = all(EPSILON);
        for (int i = 0; i < stems; i++) {
            const vec estimate = load(estimates + i * stem + k);
            sum += estimate * estimate;
        }
        store(share + k, 1.0f / sum);
    }
}

INLINE vec mask_of(const float *estimate, const float *share, int k, float least) {
    const vec value = load(estimate + k);
    return (value * value + least) * load(share + k);
}

INLINE float mean_of(const float *estimate, const float *share, int band, float least) {
    vec sum = {0};
    float total = 0;
    for (int k = 0; k < band; k += LANES) sum += mask_of(estimate, share, k, least);
    for (int i = 0; i < LANES; i++) total += sum[i];
    return total / band;
}

/* Bins of both channels, twice as large, to one spectrum whose transform has them as its real and imaginary part. */
INLINE void join(complex_vec left, complex_vec right, int k, float *re, float *im) {
    store(re + k, left.re - right.im);
    store(im + k, left.im + right.re);
    store(re + FRAME - k - LANES + 1, reversed(left.re + right.im));
    store(im + FRAME - k - LANES + 1, reversed(right.re - left.im));
}

INLINE complex_vec scaled(complex_vec x, vec by) { return (complex_vec){x.re * by, x.im * by}; }

void stems_of(const Spectra *shape, const float *spectrum, const float *estimates, int stems, int wanted, int average, float *samples) {
    const int band = shape->band;
    const long channel = (long)shape->frames * band, length = (long)(shape->frames - 1) * HOP + FRAME;
    const float least = EPSILON / stems;
    float turned[2 * FRAME], work[2 * FRAME], other[2 * FRAME], share[FRAME], re[PADDED], im[PADDED];
    turns_of_rows(shape->turns, turned);
    for (int frame = 0; frame < shape->frames; frame++) {
        const float *mix_re = spectrum + (long)frame * 2 * PADDED, *mix_im = mix_re + PADDED;
        const float *estimated = estimates + (long)frame * band;
        for (int side = 0; side < 2; side++)
            add_up(estimated + side * channel, 2 * channel, stems, band, share + side * band);
        for (int stem = 0; stem < wanted; stem++) {
            const float *of_left = estimated + stem * 2 * channel, *of_right = of_left + channel;
            for (int k = 0; k < band; k += LANES) {
                complex_vec left, right;
                split(mix_re, mix_im, k, &left, &right);
                join(scaled(left, mask_of(of_left, share, k, least)),
                     scaled(right, mask_of(of_right, share + band, k, least)), k, re, im);
            }
            const float left_mean = average ? mean_of(of_left, share, band, least) : 0;
            const float right_mean = average ? mean_of(of_right, share + band, band, least) : 0;
            for (int k = band; k < FRAME / 2; k += LANES) {
                complex_vec left, right;
                split(mix_re, mix_im, k, &left, &right);
                join(scaled(left, all(left_mean)), scaled(right, all(right_mean)), k, re, im);
            }
            re[FRAME / 2] = 2 * left_mean * mix_re[FRAME / 2];
            im[FRAME / 2] = 2 * right_mean * mix_im[FRAME / 2];
            /* Exchanged parts make the inverse. */
            transform(shape->turns, turned, im, re, work, other);
            float *out = samples + stem * 2 * length + (long)frame * HOP;
            for (int side = 0; side < 2; side++, out += length) {
                const float *from = side ? im : re;
                const int old = frame ? FRAME - HOP : 0; /* samples that earlier frames reach */
                for (int i = 0; i < FRAME; i += LANES) {
                    vec value = load(from + i) * load(shape->window + i);
                    if (i < old) value += load(out + i);
                    store(out + i, value);
                }
            }
        }
    }
}
