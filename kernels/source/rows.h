#ifndef ROWS_H
#define ROWS_H

/* Transforms of `count` rows of `size` real numbers, a power of 2 from 1024 on, to rows of size / 2 + 1 complex ones, two
   rows at a time; and the inverse, which takes the first and the last bin as real. `turns`: (2, size), as in spectrum.h.
   0 without memory. */
int rows_to_bins(const float *turns, int size, const float *rows, long count, float *bins);
int bins_to_rows(const float *turns, int size, const float *bins, long count, float *rows);

#endif
