/* Short-time Fourier transforms of stereo segments, and stems from masked spectra.
 *
 * Left and right are the real and the imaginary part of one complex transform of FRAME points; a spectrum keeps it
 * whole: a frame is PADDED real parts, then PADDED imaginary ones, of which the first FRAME + 1 count (the last one
 * repeats the first). The two channels' own bins are sums and differences of its halves.
 */
#ifndef SPECTRUM_H
#define SPECTRUM_H

#define FRAME 4096 /* samples */
#define HOP 1024   /* samples */
#define PADDED (FRAME + 16)

typedef struct {
    int frames;          /* of a segment */
    int band;            /* bins of the networks: a multiple of LANES, at most FRAME / 2 */
    const float *turns;  /* (2, FRAME): cosines and sines of -2 pi k / FRAME */
    const float *window; /* (FRAME) */
} Spectra;

/* samples (2, length), `row` floats apart, to spectrum (frames, 2, PADDED) and magnitudes (2, frames, band). */
void spectrum_of(const Spectra *shape, const float *samples, long row, float *spectrum, float *magnitudes);

/* The samples of the first `wanted` of `stems` stems, (wanted, 2, (frames - 1) * HOP + FRAME), from the mix's spectrum and
   estimates (stems, 2, frames, band): each bin is shared by the squares of the estimates. Bins above the band are silent,
   or with `average` shared like the band's on average. `window` also scales by the number of windows that overlap. */
void stems_of(const Spectra *shape, const float *spectrum, const float *estimates, int stems, int wanted, int average, float *samples);

#endif
