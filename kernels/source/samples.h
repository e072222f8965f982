/* Conversions of samples, in one pass each; `count` is of values, not of samples of two channels. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdint.h>

/* Two planes to values in turn. */
void samples_interleave(const float *left, const float *right, long count_of_each, float *out);

/* Values in -1 to 1, clipped, to integers of 24 bits in the upper part of 32; full scale is 2^23. */
void samples_to_24_bits(const float *in, long count, int32_t *out);

/* Likewise to integers of 16 bits. */
void samples_to_16_bits(const float *in, long count, int16_t *out);

/* The largest absolute value of each `window` values, of which there are `windows`. */
void samples_peaks(const float *in, long windows, long window, float *out);

#endif
