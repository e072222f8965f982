#include "rows.h"

#include <stdlib.h>

#include "fourier.h"

/* Places for one transform of two rows. */
typedef struct {
    float *turned, *work, *other, *re, *im, *spare;
} Room;

static int make_room(Room *room, int size) {
    const long part = 2 * size + 2 * LANES; /* `spare` holds the bins of a row, `re` and `im` one number too many */
    float *all_of_it = malloc(6 * part * sizeof(float));
    *room = (Room){all_of_it, all_of_it + part, all_of_it + 2 * part, all_of_it + 3 * part, all_of_it + 4 * part, all_of_it + 5 * part};
    return all_of_it != NULL;
}

INLINE void to_bins(const int size, const float *turns, const float *rows, long count, float *bins, Room room) {
    turns_of_rows(size, turns, room.turned);
    for (long row = 0; row < count; row += 2, rows += 2 * size, bins += 2 * (size + 2)) {
        const int both = row + 1 < count;
        float *of_left = bins, *of_right = both ? bins + size + 2 : room.spare;
        memcpy(room.re, rows, size * sizeof(float));
        memcpy(room.im, both ? rows + size : rows, size * sizeof(float));
        transform(size, turns, room.turned, room.re, room.im, room.work, room.other);
        room.re[size] = room.re[0];
        room.im[size] = room.im[0];
        for (int k = 0; k < size / 2; k += LANES) {
            complex_vec left, right;
            vec low, high;
            split(size, room.re, room.im, k, &left, &right);
            interleave(0.5f * left.re, 0.5f * left.im, &low, &high);
            store(of_left + 2 * k, low);
            store(of_left + 2 * k + LANES, high);
            interleave(0.5f * right.re, 0.5f * right.im, &low, &high);
            store(of_right + 2 * k, low);
            store(of_right + 2 * k + LANES, high);
        }
        of_left[size] = room.re[size / 2];
        of_right[size] = room.im[size / 2];
        of_left[size + 1] = of_right[size + 1] = 0;
    }
}

INLINE void to_rows(const int size, const float *turns, const float *bins, long count, float *rows, Room room) {
    turns_of_rows(size, turns, room.turned);
    for (long row = 0; row < count; row += 2, rows += 2 * size, bins += 2 * (size + 2)) {
        const int both = row + 1 < count;
        const float *of_left = bins, *of_right = both ? bins + size + 2 : bins;
        float *right_row = both ? rows + size : room.spare;
        for (int k = 0; k < size / 2; k += LANES) {
            complex_vec left, right;
            deinterleave(load(of_left + 2 * k), load(of_left + 2 * k + LANES), &left.re, &left.im);
            deinterleave(load(of_right + 2 * k), load(of_right + 2 * k + LANES), &right.re, &right.im);
            if (k == 0) left.im[0] = right.im[0] = 0;
            join(size, left, right, k, room.re, room.im);
        }
        room.re[size / 2] = of_left[size];
        room.im[size / 2] = of_right[size];
        transform(size, turns, room.turned, room.im, room.re, room.work, room.other); /* exchanged parts make the inverse */
        for (int i = 0; i < size; i += LANES) {
            store(rows + i, load(room.re + i) * (1.0f / size));
            store(right_row + i, load(room.im + i) * (1.0f / size));
        }
    }
}

int rows_to_bins(const float *turns, int size, const float *rows, long count, float *bins) {
    Room room;
    if (!make_room(&room, size)) return 0;
    switch (size) { /* known to the compiler, as FRAME is elsewhere */
    case 1024: to_bins(1024, turns, rows, count, bins, room); break;
    case 4096: to_bins(4096, turns, rows, count, bins, room); break;
    default: to_bins(size, turns, rows, count, bins, room);
    }
    free(room.turned);
    return 1;
}

int bins_to_rows(const float *turns, int size, const float *bins, long count, float *rows) {
    Room room;
    if (!make_room(&room, size)) return 0;
    if (size == 4096) to_rows(4096, turns, bins, count, rows, room);
    else to_rows(size, turns, bins, count, rows, room);
    free(room.turned);
    return 1;
}
