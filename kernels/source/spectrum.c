#include "spectrum.h"

#include "fourier.h"

#define EPSILON 1e-10f

void spectrum_of(const Spectra *shape, const float *samples, long row, float *spectrum, float *magnitudes) {
    float turned[2 * FRAME], work[2 * FRAME], other[2 * FRAME];
    turns_of_rows(FRAME, shape->turns, turned);
    for (int frame = 0; frame < shape->frames; frame++) {
        float *re = spectrum + (long)frame * 2 * PADDED, *im = re + PADDED;
        for (int i = 0; i < FRAME; i += LANES) {
            const vec window = load(shape->window + i);
            store(re + i, window * load(samples + (long)frame * HOP + i));
            store(im + i, window * load(samples + row + (long)frame * HOP + i));
        }
        transform(FRAME, shape->turns, turned, re, im, work, other);
        re[FRAME] = re[0];
        im[FRAME] = im[0];
        float *left_out = magnitudes + (long)frame * shape->band, *right_out = left_out + (long)shape->frames * shape->band;
        for (int k = 0; k < shape->band; k += LANES) {
            complex_vec left, right;
            split(FRAME, re, im, k, &left, &right);
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

INLINE complex_vec scaled(complex_vec x, vec by) { return (complex_vec){x.re * by, x.im * by}; }

void stems_of(const Spectra *shape, const float *spectrum, const float *estimates, int stems, int wanted, int average, float *samples) {
    const int band = shape->band;
    const long channel = (long)shape->frames * band, length = (long)(shape->frames - 1) * HOP + FRAME;
    const float least = EPSILON / stems;
    float turned[2 * FRAME], work[2 * FRAME], other[2 * FRAME], share[FRAME], re[PADDED], im[PADDED];
    turns_of_rows(FRAME, shape->turns, turned);
    for (int frame = 0; frame < shape->frames; frame++) {
        const float *mix_re = spectrum + (long)frame * 2 * PADDED, *mix_im = mix_re + PADDED;
        const float *estimated = estimates + (long)frame * band;
        for (int side = 0; side < 2; side++)
            add_up(estimated + side * channel, 2 * channel, stems, band, share + side * band);
        for (int stem = 0; stem < wanted; stem++) {
            const float *of_left = estimated + stem * 2 * channel, *of_right = of_left + channel;
            for (int k = 0; k < band; k += LANES) {
                complex_vec left, right;
                split(FRAME, mix_re, mix_im, k, &left, &right);
                join(FRAME, scaled(left, mask_of(of_left, share, k, least)),
                     scaled(right, mask_of(of_right, share + band, k, least)), k, re, im);
            }
            const float left_mean = average ? mean_of(of_left, share, band, least) : 0;
            const float right_mean = average ? mean_of(of_right, share + band, band, least) : 0;
            for (int k = band; k < FRAME / 2; k += LANES) {
                complex_vec left, right;
                split(FRAME, mix_re, mix_im, k, &left, &right);
                join(FRAME, scaled(left, all(left_mean)), scaled(right, all(right_mean)), k, re, im);
            }
            re[FRAME / 2] = 2 * left_mean * mix_re[FRAME / 2];
            im[FRAME / 2] = 2 * right_mean * mix_im[FRAME / 2];
            /* Exchanged parts make the inverse. */
            transform(FRAME, shape->turns, turned, im, re, work, other);
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
