#include "samples.h"

#include "simd.h"

typedef int16_t svec __attribute__((vector_size(LANES * 2), aligned(2)));

void samples_interleave(const float *left, const float *right, long count_of_each, float *out) {
    long at = 0;
    for (; at + LANES <= count_of_each; at += LANES) {
        vec low, high;
        interleave(load(left + at), load(right + at), &low, &high);
        store(out + 2 * at, low);
        store(out + 2 * at + LANES, high);
    }
    for (; at < count_of_each; at++) {
        out[2 * at] = left[at];
        out[2 * at + 1] = right[at];
    }
}

/* Rounds half to even; the largest value is one below full scale. */
INLINE ivec rounded(vec x, float scale) {
    x = __builtin_elementwise_rint(x * scale);
    x = __builtin_elementwise_min(__builtin_elementwise_max(x, all(-scale)), all(scale - 1));
    return __builtin_convertvector(x, ivec);
}

void samples_to_24_bits(const float *in, long count, int32_t *out) {
    long at = 0;
    for (; at + LANES <= count; at += LANES) *(ivec *)(out + at) = rounded(load(in + at), 1 << 23) << 8;
    for (; at < count; at++) out[at] = (rounded(all(in[at]), 1 << 23) << 8)[0];
}

void samples_to_16_bits(const float *in, long count, int16_t *out) {
    long at = 0;
    for (; at + LANES <= count; at += LANES)
        *(svec *)(out + at) = __builtin_convertvector(rounded(load(in + at), 1 << 15), svec);
    for (; at < count; at++) out[at] = (int16_t)rounded(all(in[at]), 1 << 15)[0];
}

void samples_peaks(const float *in, long windows, long window, float *out) {
    for (long number = 0; number < windows; number++, in += window) {
        vec most = {0};
        float peak = 0;
        long at = 0;
        for (; at + LANES <= window; at += LANES)
            most = __builtin_elementwise_max(most, __builtin_elementwise_abs(load(in + at)));
        for (; at < window; at++) peak = in[at] > peak ? in[at] : -in[at] > peak ? -in[at] : peak;
        for (int i = 0; i < LANES; i++) peak = most[i] > peak ? most[i] : peak;
        out[number] = peak;
    }
}
