/* The ten middle layers of a U-Net: convolutions of 5 x 5 with stride 2, and transposed ones.
 *
 * A stride of 2 splits an image into four *phases* (every second pixel in each direction). A convolution of stride 2 is
 * the sum of four plain ones, of 3 x 3, 3 x 2, 2 x 3 and 2 x 2, one for each phase of its input; a transposed one is
 * four of them, one for each phase of its output. Plain ones are done on tiles after Winograd's minimal filtering
 * (Lavin and Gray, 2016, arXiv:1509.09308): m + 2 points in each direction give m outputs, so that 49 (m = 2) or 121
 * (m = 4) products stand for 100 or 400. A filter of 2 has one point less than a filter of 3.
 *
 * Pixels are rows of channels, as TensorFlow has them.
 */
#ifndef WINOGRAD_H
#define WINOGRAD_H

typedef struct {
    int tile;           /* m: 2 or 4 */
    int down;           /* 1: convolution; 0: transposed */
    int rows, columns;  /* of a phase: the outputs of a convolution, the inputs of a transposed one; multiples of m */
    int ins, outs;      /* channels: multiples of LANES, of PANEL */
    int together;       /* tiles that a thread works on at a time */
    int parts;          /* threads that share the outputs of the same tiles */
    int elu;            /* ELU, or else LeakyReLU with ... */
    float slope;        /* ... this slope */
    const float *in;    /* pixels of in_pixel floats, rows of in_row */
    long in_pixel, in_row;
    int packed;         /* 1: weights as `winograd_pack` leaves them; 0: as it takes them */
    const float *weights;
    const float *bias, *scale, *shift; /* (outs) */
    float *raw;         /* of a convolution: its sums with bias, for the way up; pixels of raw_pixel, rows of raw_row */
    long raw_pixel, raw_row;
    float *out;         /* down: activate(sum * scale + shift), or nothing where this is 0; up: activate(sum) * scale + shift */
    long out_pixel, out_row;
} Winograd;

/* Floats of the layer's weights once they are packed. */
long winograd_size(const Winograd *layer);

/* Floats of work space for one thread. */
long winograd_room(const Winograd *layer);

/* Transforms weights to their points, two to five times as many numbers. For layers of few tiles, transforming in each run
 * is faster than reading the packed weights.
 *
 * Weights are (outs / PANEL, phase, ins, taps, PANEL): for the phases 00, 01, 10 and 11 of the input (the output, of a
 * transposed convolution) the 2 x 2, 2 x 3, 3 x 2 and 3 x 3 taps that belong to it, in the order in which they meet the
 * pixels. */
void winograd_pack(const Winograd *layer, const float *weights, float *packed);

/* Computes the layer; `rooms` has `threads()` rows of `room` floats. */
void winograd_run(const Winograd *layer, float *rooms, long room);

#endif
