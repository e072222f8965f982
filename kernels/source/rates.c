#include "rates.h"

#include "simd.h"

#define SUMS 12

float rate_of_registers(long rounds) {
    volatile float unknown = 1.0f; /* known numbers would be calculated by the compiler */
    const vec x = all(unknown), y = all(1e-9f * unknown);
    vec sums[SUMS];
    for (int i = 0; i < SUMS; i++) sums[i] = all((float)i);
    for (long round = 0; round < rounds; round++)
        for (int i = 0; i < SUMS; i++) sums[i] = sums[i] * x + y;
    vec total = {0};
    for (int i = 0; i < SUMS; i++) total += sums[i];
    return total[0];
}

long rate_of_products(long rounds, long depth, const float *a, const float *u, float *c) {
    for (long round = 0; round < rounds; round++) {
        times_panel(ROWS, a, depth, u, depth, c);
        __asm__ volatile("" ::: "memory"); /* otherwise one round would do */
    }
    return rounds * ROWS * PANEL * depth;
}

int rate_lanes(void) { return LANES; }
