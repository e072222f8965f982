/* The processor's rate of multiplications and additions, to compare the layers with. One thread. */
#ifndef RATES_H
#define RATES_H

/* Runs `rounds` times 12 multiplications with addition of whole registers, without memory; returns their sum. */
float rate_of_registers(long rounds);

/* Runs `rounds` products, as the layers do, of ROWS rows of `depth` floats by a panel, which stay in the first cache.
   Returns the products of numbers in all rounds. */
long rate_of_products(long rounds, long depth, const float *a, const float *u, float *c);

/* Floats of a register. */
int rate_lanes(void);

#endif
