/* Winograd's minimal filtering along one axis: pixels to points, points to pixels, filters to points.
 *
 * The numbers are those of Lavin and Gray, 2016, section 4, for m = 2 and m = 4 outputs of a filter of 3. What lies along
 * the axis is `step` registers apart, and both transformations of pixels are done in place.
 */
#ifndef POINTS_H
#define POINTS_H

#include "simd.h"

/* Transforms m + 2 pixels to their points. */
INLINE void to_points(const int m, vec *d, const int step) {
    vec d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
    if (m == 2) {
        d[0] = d0 - d2;
        d[step] = d1 + d2;
        d[2 * step] = d2 - d1;
        d[3 * step] = d1 - d3;
    } else {
        vec d4 = d[4 * step], d5 = d[5 * step];
        vec even = d4 - 4.0f * d2, odd = d3 - 4.0f * d1, wide = d4 - d2, far = 2.0f * (d3 - d1);
        d[0] = 4.0f * d0 - 5.0f * d2 + d4;
        d[step] = even + odd;
        d[2 * step] = even - odd;
        d[3 * step] = wide + far;
        d[4 * step] = wide - far;
        d[5 * step] = 4.0f * d1 - 5.0f * d3 + d5;
    }
}

/* Transforms the points of a product to m pixels, in the first m registers. */
INLINE void from_points(const int m, vec *d, const int step) {
    vec sum = d[step] + d[2 * step], difference = d[step] - d[2 * step];
    if (m == 2) {
        d[0] += sum;
        d[step] = difference - d[3 * step];
    } else {
        vec far_sum = d[3 * step] + d[4 * step], far_difference = d[3 * step] - d[4 * step];
        d[0] += sum + far_sum;
        d[step] = difference + 2.0f * far_difference;
        d[2 * step] = sum + 4.0f * far_sum;
        d[3 * step] = difference + 8.0f * far_difference + d[5 * step];
    }
}

/* Transforms three taps of a filter, `step` registers apart, to its points, `apart` registers apart. */
INLINE void filter_to_points(const int m, const vec *g, const int step, vec *points, const int apart) {
    vec outer = g[0] + g[2 * step], middle = g[step];
    if (m == 2) {
        points[0] = g[0];
        points[apart] = 0.5f * (outer + middle);
        points[2 * apart] = 0.5f * (outer - middle);
        points[3 * apart] = g[2 * step];
    } else {
        vec wide = g[0] + 4.0f * g[2 * step];
        points[0] = 0.25f * g[0];
        points[apart] = (outer + middle) * (-1.0f / 6);
        points[2 * apart] = (outer - middle) * (-1.0f / 6);
        points[3 * apart] = (wide + 2.0f * middle) * (1.0f / 24);
        points[4 * apart] = (wide - 2.0f * middle) * (1.0f / 24);
        points[5 * apart] = g[2 * step];
    }
}

#endif
