/* The first layer of a U-Net, of two input channels, and the last two, with one channel between them: too few channels
   for Winograd tiles. */
#ifndef ENDS_H
#define ENDS_H

#define FIRST_OUTS 16
#define LAST_INS 32
#define SIDES 2      /* channels of the song */
#define BORDER 2     /* zeros around the planes between the last two layers */

/* A convolution of 5 x 5 with stride 2 from planes to pixels of 16 channels. */
typedef struct {
    int rows, columns;  /* of the planes: even */
    int elu;
    float slope;
    const float *planes;               /* (SIDES, rows, columns) */
    const float *weights;              /* (5, 5, SIDES, 16) */
    const float *bias, *scale, *shift; /* (16) */
    float *raw;                        /* the sums with bias; pixels of raw_pixel, rows of raw_row */
    long raw_pixel, raw_row;
    float *out;                        /* activate(sum * scale + shift); pixels of out_pixel, rows of out_row */
    long out_pixel, out_row;
} First;

/* A transposed convolution of 5 x 5 with stride 2 from 32 channels to one, and one of 4 x 4 that skips every second
   pixel from there to two channels. */
typedef struct {
    int rows, columns;       /* of its input; columns are a multiple of LANES */
    int elu;
    float slope;
    int mask;                /* 1: sigmoid(result) * planes; 0: the result as it is */
    const float *in;         /* pixels of in_pixel, rows of in_row, with a border of zeros, one pixel on each side */
    long in_pixel, in_row;
    const float *narrow;     /* (5, 5, 32) */
    float bias, scale, shift;
    float *between;          /* (4, rows + 2 BORDER, columns + 2 BORDER): a plane for each phase, with a border of zeros */
    const float *skipping;   /* (4, 4, SIDES) */
    float side_bias[SIDES];
    const float *planes;     /* (SIDES, 2 rows, 2 columns) */
    float *out;              /* likewise */
} Last;

void first_run(const First *layer);
void last_run(const Last *layer);

/* In place: logits of the last layers, (stems, size), to shares of the planes, (size): softmax over the stems. */
void share(float *stems, int count, long size, const float *planes);

#endif
