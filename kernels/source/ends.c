#include "ends.h"

#include <string.h>

#include "threads.h"
#include "vectors.h"

#define TAPS 5
#define DEPTH (SIDES * TAPS * TAPS)
#define STRIP 48 /* pixels of the first layer's output at a time */

/* What lies under a strip of one row of outputs: (STRIP, SIDES, 5, 5), and zeros beside the planes. */
static void look_at(const First *l, int row, int from, int count, float *patches) {
    for (int at = 0; at < count; at++)
        for (int side = 0; side < SIDES; side++)
            for (int k = 0; k < TAPS; k++) {
                const int y = 2 * row + k - 1, left = 2 * (from + at) - 1;
                float *to = patches + at * DEPTH + (side * TAPS + k) * TAPS;
                const float *of = l->planes + ((long)side * l->rows + y) * l->columns + left;
                if (y >= 0 && y < l->rows && left >= 0 && left + TAPS <= l->columns)
                    memcpy(to, of, TAPS * sizeof(float));
                else
                    for (int j = 0; j < TAPS; j++)
                        to[j] = y >= 0 && y < l->rows && left + j >= 0 && left + j < l->columns ? of[j] : 0;
            }
}

static void first_row(const void *layer, long row, int thread) {
    const First *l = layer;
    float patches[STRIP * DEPTH], sums[STRIP * PANEL], weights[DEPTH * PANEL];
    (void)thread;
    for (int side = 0; side < SIDES; side++)
        for (int k = 0; k < TAPS * TAPS; k++)
            memcpy(weights + (side * TAPS * TAPS + k) * PANEL, l->weights + (k * SIDES + side) * PANEL, PANEL * sizeof(float));
    const int columns = l->columns / 2;
    for (int from = 0; from < columns; from += STRIP) {
        const int count = columns - from < STRIP ? columns - from : STRIP;
        look_at(l, (int)row, from, count, patches);
        times_panel(count, patches, DEPTH, weights, DEPTH, sums);
        for (int at = 0; at < count; at++)
            for (int c = 0; c < PANEL; c += LANES) {
                const vec sum = load(sums + at * PANEL + c) + load(l->bias + c);
                const vec out = activate(sum * load(l->scale + c) + load(l->shift + c), l->slope, l->elu);
                store(l->raw + row * l->raw_row + (from + at) * l->raw_pixel + c, sum);
                store(l->out + row * l->out_row + (from + at) * l->out_pixel + c, out);
            }
    }
}

void first_run(const First *layer) { each(first_row, layer, layer->rows / 2); }

INLINE float sum_of(vec v) {
    float sum = 0;
    for (int i = 0; i < LANES; i++) sum += v[i];
    return sum;
}

#define PIXELS 4 /* of one row of the last layers' input at a time */

/* One phase of the rows of the transposed convolution's output: its taps stand in `taps` rows of the input. */
INLINE void narrow(const Last *l, const int phase, long row, int from, float *even, float *odd) {
    vec sums[2][PIXELS];
    for (int i = 0; i < PIXELS; i++) sums[0][i] = sums[1][i] = (vec){0};
    /* out[2 i + k - 1] += in[i] * w[k]: rows (and columns) i = p - 1, p, p + 1 reach phase 0 by k = 3, 1 and phase 1 by
       k = 4, 2, 0 */
    for (int i = -1; i < 1 + phase; i++) {
        const int k = 1 + phase - 2 * i;
        const float *in = l->in + (row + i) * l->in_row + (from - 1) * l->in_pixel;
        const float *weights = l->narrow + k * TAPS * LAST_INS;
        for (int c = 0; c < LAST_INS; c += LANES) {
            vec x[PIXELS + 2];
            for (int j = 0; j < PIXELS + 2; j++) x[j] = load(in + j * l->in_pixel + c);
            const vec w0 = load(weights + 0 * LAST_INS + c), w1 = load(weights + 1 * LAST_INS + c);
            const vec w2 = load(weights + 2 * LAST_INS + c), w3 = load(weights + 3 * LAST_INS + c);
            const vec w4 = load(weights + 4 * LAST_INS + c);
            for (int p = 0; p < PIXELS; p++) {
                sums[0][p] += x[p] * w3 + x[p + 1] * w1;
                sums[1][p] += x[p] * w4 + x[p + 1] * w2 + x[p + 2] * w0;
            }
        }
    }
    for (int p = 0; p < PIXELS; p++) {
        even[p] = sum_of(sums[0][p]);
        odd[p] = sum_of(sums[1][p]);
    }
}

static long width_of(const Last *l) { return l->columns + 2 * BORDER; }

static float *plane(const Last *l, int y, int x) {
    return l->between + (y * 2 + x) * (l->rows + 2 * BORDER) * width_of(l) + BORDER * width_of(l) + BORDER;
}

static void narrow_row(const void *layer, long row, int thread) {
    const Last *l = layer;
    (void)thread;
    for (int phase = 0; phase < 2; phase++) {
        float *even = plane(l, phase, 0) + row * width_of(l), *odd = plane(l, phase, 1) + row * width_of(l);
        for (int from = 0; from < l->columns; from += PIXELS) {
            if (phase) narrow(l, 1, row, from, even + from, odd + from);
            else narrow(l, 0, row, from, even + from, odd + from);
        }
        for (int x = 0; x < 2; x++) {
            float *values = x ? odd : even;
            for (int at = 0; at < l->columns; at += LANES)
                store(values + at, activate(load(values + at) + l->bias, l->slope, l->elu) * l->scale + l->shift);
        }
    }
}

/* A row of either phase of the result, put side by side. */
static void skip_row(const void *layer, long row, int thread) {
    const Last *l = layer;
    const int phase = row % 2, other = 1 - phase;
    (void)thread;
    for (int at = 0; at < l->columns; at += LANES) {
        vec sums[SIDES][2];
        for (int side = 0; side < SIDES; side++) sums[side][0] = sums[side][1] = all(l->side_bias[side]);
        /* in[2 p + phase - 3 + 2 k]: the other phase of the input, from pixel p - 2 (phase 0) or p - 1 (phase 1) on */
        for (int x = 0; x < 2; x++)
            for (int i = 0; i < 4; i++) {
                const float *in = plane(l, other, 1 - x) + (row / 2 - 2 + phase + i) * width_of(l) + at - 2 + x;
                for (int j = 0; j < 4; j++) {
                    const vec values = load(in + j);
                    for (int side = 0; side < SIDES; side++)
                        sums[side][x] += values * l->skipping[(i * 4 + j) * SIDES + side];
                }
            }
        for (int side = 0; side < SIDES; side++) {
            const long where = ((long)side * 2 * l->rows + row) * 2 * l->columns + 2 * at;
            const vec low = __builtin_shufflevector(sums[side][0], sums[side][1], 0, 8, 1, 9, 2, 10, 3, 11);
            const vec high = __builtin_shufflevector(sums[side][0], sums[side][1], 4, 12, 5, 13, 6, 14, 7, 15);
            for (int half = 0; half < 2; half++) {
                vec result = half ? high : low;
                const long at_half = where + half * LANES;
                if (l->mask) result = load(l->planes + at_half) / (1.0f + exponential(-result));
                store(l->out + at_half, result);
            }
        }
    }
}

void last_run(const Last *layer) {
    each(narrow_row, layer, layer->rows);
    each(skip_row, layer, 2 * layer->rows);
}

typedef struct {
    float *stems;
    int count;
    long size;
    const float *planes;
} Sharing;

#define RUN 4096 /* numbers at a time; a multiple of LANES */

static void share_run(const void *what, long number, int thread) {
    const Sharing *s = what;
    const long first = number * RUN, last = first + RUN < s->size ? first + RUN : s->size;
    (void)thread;
    for (long at = first; at < last; at += LANES) {
        vec most = load(s->stems + at), sum = {0};
        for (int i = 1; i < s->count; i++) most = __builtin_elementwise_max(most, load(s->stems + i * s->size + at));
        for (int i = 0; i < s->count; i++) {
            const vec e = exponential(load(s->stems + i * s->size + at) - most);
            store(s->stems + i * s->size + at, e);
            sum += e;
        }
        const vec each_ = load(s->planes + at) / sum;
        for (int i = 0; i < s->count; i++)
            store(s->stems + i * s->size + at, load(s->stems + i * s->size + at) * each_);
    }
}

void share(float *stems, int count, long size, const float *planes) {
    const Sharing sharing = {stems, count, size, planes};
    each(share_run, &sharing, (size + RUN - 1) / RUN);
}
