#include "ends.h"

#include <string.h>

#include "thread_pool.h"
#include "simd.h"

#define TAPS 5
#define STRIP (8 * ROWS) /* pixels of the first layer's output at a time */
#define UNDER (2 * STRIP + TAPS - 2) /* pixels of a plane under them */

/* Copies the rows of the planes under a strip of one row of outputs, (SIDES, 5, UNDER), with zeros beside the planes. */
static void look_at(const First *l, int row, int from, float *rows) {
    const int left = 2 * from - 1;
    const int first = left < 0 ? -left : 0, last = l->columns - left < UNDER ? l->columns - left : UNDER;
    for (int side = 0; side < SIDES; side++)
        for (int k = 0; k < TAPS; k++, rows += UNDER) {
            const int y = 2 * row + k - 1;
            memset(rows, 0, UNDER * sizeof(float));
            if (y < 0 || y >= l->rows) continue;
            memcpy(rows + first, l->planes + ((long)side * l->rows + y) * l->columns + left + first, (last - first) * sizeof(float));
        }
}

static void first_row(const void *layer, long row, int thread) {
    const First l = *(const First *)layer;
    float rows[SIDES * TAPS * UNDER], weights[SIDES * TAPS * TAPS * PANEL];
    (void)thread;
    for (int side = 0; side < SIDES; side++)
        for (int k = 0; k < TAPS * TAPS; k++)
            memcpy(weights + (side * TAPS * TAPS + k) * PANEL, l.weights + (k * SIDES + side) * PANEL, PANEL * sizeof(float));
    const int columns = l.columns / 2;
    for (int from = 0; from < columns; from += STRIP) {
        look_at(&l, (int)row, from, rows);
        for (int at = from; at < columns && at < from + STRIP; at += ROWS) {
            vec sums[ROWS][PARTS];
            for (int r = 0; r < ROWS; r++)
                for (int p = 0; p < PARTS; p++) sums[r][p] = (vec){0};
            for (int k = 0; k < SIDES * TAPS; k++)
                for (int j = 0; j < TAPS; j++) {
                    const float *in = rows + k * UNDER + 2 * (at - from) + j, *u = weights + (k * TAPS + j) * PANEL;
                    vec w[PARTS];
                    for (int p = 0; p < PARTS; p++) w[p] = load(u + p * LANES);
                    for (int r = 0; r < ROWS; r++) {
                        const vec x = all(in[2 * r]);
                        for (int p = 0; p < PARTS; p++) sums[r][p] += x * w[p];
                    }
                }
            for (int r = 0; r < ROWS && at + r < columns; r++)
                for (int p = 0; p < PARTS; p++) {
                    const int c = p * LANES;
                    const vec sum = sums[r][p] + load(l.bias + c);
                    const vec out = activate(sum * load(l.scale + c) + load(l.shift + c), l.slope, l.elu);
                    store(l.raw + row * l.raw_row + (at + r) * l.raw_pixel + c, sum);
                    store(l.out + row * l.out_row + (at + r) * l.out_pixel + c, out);
                }
        }
    }
}

void first_run(const First *layer) { each(first_row, layer, layer->rows / 2); }

typedef float half_vec __attribute__((vector_size(32), aligned(4)));
typedef float quarter_vec __attribute__((vector_size(16)));

INLINE float sum_of(vec v) {
#if LANES == 16
    half_vec half = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
#else
    half_vec half = v;
#endif
    quarter_vec quarter = __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
    quarter += __builtin_shufflevector(quarter, quarter, 2, 3, 0, 1);
    return quarter[0] + quarter[1];
}

#define PIXELS 4 /* of one row of the last layers' input at a time */

/* Computes the even and odd pixels of one phase's row from a few pixels of one row of the input. */
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
                sums[0][p] += x[p] * w3; /* separate statements: each is one instruction */
                sums[0][p] += x[p + 1] * w1;
                sums[1][p] += x[p] * w4;
                sums[1][p] += x[p + 1] * w2;
                sums[1][p] += x[p + 2] * w0;
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

/* Computes one row of the result, its even and odd pixels interleaved. */
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
            vec low, high;
            interleave(sums[side][0], sums[side][1], &low, &high);
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
