#include "winograd.h"

#include "winograd_transforms.h"
#include "thread_pool.h"
#include "simd.h"

#define MOST 6 /* points along an axis */
#define TAPS 25
#define UNROLLED _Pragma("unroll") /* loops over registers: a register has no address */
/* Floats left free after every row and every point: otherwise rows are a power of 2 apart and compete for the same few
   cache lines. */
#define SPACE 16

/* Memory layout of a tile's points. */
typedef struct {
    long depth[MOST * MOST]; /* length of the sum at a point: the channels of all input phases that have the point */
    long begin[MOST * MOST]; /* start of the point's rows, one row for each tile */
    long size;               /* floats of all points */
    long total;              /* sum of all depths */
} Plan;

INLINE Plan plan_of(const int m, const Winograd *l) {
    Plan plan = {.size = 0, .total = 0};
    for (int i = 0; i < m + 2; i++)
        for (int j = 0; j < m + 2; j++) {
            const int p = i * (m + 2) + j;
            plan.depth[p] = (long)l->ins * (l->down ? (1 + (i > 0)) * (1 + (j > 0)) : 1);
            plan.begin[p] = plan.size;
            plan.size += (plan.depth[p] + SPACE) * l->together + SPACE;
            plan.total += plan.depth[p];
        }
    return plan;
}

/* Start of an input phase among the channels of a point in column j. Odd phases, which have every point, come first. */
INLINE long place_of(const Winograd *l, int j, int y, int x) {
    if (!l->down) return 0;
    const int across = 1 + (j > 0);
    return (long)l->ins * ((1 - y) * across + (1 - x));
}

/* Points of a phase of the output, along an axis. */
INLINE int points(const int m, const Winograd *l, int phase) { return m + 2 - (!l->down && !phase); }

/* Floats of one panel of the packed weights, of a phase of the output. */
INLINE long panel_size(const int m, const Winograd *l, const Plan *plan, int y, int x) {
    const long count = (long)points(m, l, y) * points(m, l, x);
    return PANEL * (l->down ? plan->total : l->ins * count) + SPACE * count;
}

/* Transforms the filters of one phase to their points, for the inputs and a panel of outputs. A filter of 2 taps is a
   filter of 3 whose first tap is 0 (phase of the input: 0 at the first point) or whose last tap is 0 (phase of the
   output: 0 at the last point). */
INLINE void pack_phase(
    const int m, const int rows, const int columns, const int down, long ins, const float *filters, const long *at, float *to) {
    const int n = m + 2, above = down ? 3 - rows : 0, before = down ? 3 - columns : 0;
    const int below = down ? 0 : 3 - rows, behind = down ? 0 : 3 - columns;
    for (long in = 0; in < ins; in++, filters += rows * columns * PANEL, to += PANEL)
        for (int c = 0; c < PANEL; c += LANES) {
            vec taps[9], half[3 * MOST], full[MOST * MOST];
            UNROLLED for (int i = 0; i < 9; i++) taps[i] = (vec){0};
            UNROLLED for (int i = 0; i < rows; i++)
                UNROLLED for (int j = 0; j < columns; j++)
                    taps[(above + i) * 3 + before + j] = load(filters + (i * columns + j) * PANEL + c);
            UNROLLED for (int j = 0; j < 3; j++) filter_to_points(m, taps + j, 3, half + j, 3);
            UNROLLED for (int i = above; i < n - below; i++) filter_to_points(m, half + i * 3, 1, full + i * n, 1);
            UNROLLED for (int i = above; i < n - below; i++)
                UNROLLED for (int j = before; j < n - behind; j++) store(to + at[i * n + j] + c, full[i * n + j]);
        }
}

/* Transforms one panel of the weights, for one phase of the output, to its points. */
INLINE void pack(const int m, const Winograd *l, const Plan *plan, const float *weights, int y, int x, int panel, float *to) {
    const int n = m + 2, down = l->down;
    weights += (long)panel * l->ins * TAPS * PANEL;
    for (int v = 0; v < 2; v++)
        for (int h = 0; h < 2; h++) {
            const float *filters = weights;
            weights += (long)l->ins * (2 + v) * (2 + h) * PANEL;
            /* a convolution sums over phases of its input; a transposed one has one phase of its output */
            if (!down && (v != y || h != x)) continue;
            long at[MOST * MOST], next = 0; /* target of each point */
            for (int i = 0; i < points(m, l, y); i++)
                for (int j = 0; j < points(m, l, x); j++) {
                    const int p = i * n + j;
                    at[p] = next + place_of(l, j, v, h) * PANEL;
                    next += plan->depth[p] * PANEL + SPACE;
                }
            if (v && h) pack_phase(m, 3, 3, down, l->ins, filters, at, to);
            else if (v) pack_phase(m, 3, 2, down, l->ins, filters, at, to);
            else if (h) pack_phase(m, 2, 3, down, l->ins, filters, at, to);
            else pack_phase(m, 2, 2, down, l->ins, filters, at, to);
        }
}

INLINE void to_points_of_tile(const int m, vec *d) {
    const int n = m + 2;
    UNROLLED for (int j = 0; j < n; j++) to_points(m, d + j, n);
    UNROLLED for (int i = 0; i < n; i++) to_points(m, d + i * n, 1);
}

/* Stores the points of a tile from a row and a column on: the phases of 2 taps have none before. */
INLINE void store_points(const int m, const int row, const int column, const vec *d, float *spectrum, const long *to) {
    const int n = m + 2;
    UNROLLED for (int i = row; i < n; i++)
        UNROLLED for (int j = column; j < n; j++) store(spectrum + to[i * n + j], d[i * n + j]);
}

/* Gathers the pixels under a tile and transforms them to their points. */
INLINE void spread(const int m, const Winograd *l, const Plan *plan, long tile, long at, float *spectrum) {
    const int n = m + 2, phases = l->down ? 2 : 1;
    const long across = l->columns / m, top = tile / across * m - 1, left = tile % across * m - 1;
    const int inside = top >= 0 && left >= 0 && top + n <= l->rows && left + n <= l->columns;
    const long row = phases * l->in_row, pixel = phases * l->in_pixel;
    for (int y = 0; y < phases; y++)
        for (int x = 0; x < phases; x++) {
            const float *corner = l->in + (top * phases + y) * l->in_row + (left * phases + x) * l->in_pixel;
            long to[MOST * MOST];
            UNROLLED for (int i = 0; i < n; i++)
                UNROLLED for (int j = 0; j < n; j++) {
                    const int p = i * n + j;
                    to[p] = plan->begin[p] + at * (plan->depth[p] + SPACE) + place_of(l, j, y, x);
                }
            for (int c = 0; c < l->ins; c += LANES) {
                vec d[MOST * MOST];
                if (inside) {
                    UNROLLED for (int i = 0; i < n; i++)
                        UNROLLED for (int j = 0; j < n; j++) d[i * n + j] = load(corner + i * row + j * pixel + c);
                } else {
                    for (int i = 0; i < n; i++)
                        for (int j = 0; j < n; j++)
                            if (top + i >= 0 && top + i < l->rows && left + j >= 0 && left + j < l->columns)
                                d[i * n + j] = load(corner + i * row + j * pixel + c);
                            else
                                d[i * n + j] = (vec){0};
                }
                to_points_of_tile(m, d);
                if (l->down && !y && !x) store_points(m, 1, 1, d, spectrum + c, to);
                else if (l->down && !y) store_points(m, 1, 0, d, spectrum + c, to);
                else if (l->down && !x) store_points(m, 0, 1, d, spectrum + c, to);
                else store_points(m, 0, 0, d, spectrum + c, to);
            }
        }
}

/* Transforms a panel of channels of a tile back from points to pixels, and applies bias and activation. */
INLINE void gather(const int m, const Winograd *l, long tile, long at, int y, int x, int channel, const float *products) {
    const Winograd own = *l; /* a copy: stores cannot alias it, so the compiler does not reload it */
    l = &own;
    const int n = m + 2, last_row = points(m, l, y), last_column = points(m, l, x), apart = l->down ? 1 : 2;
    const long across = l->columns / m, top = tile / across * m, left = tile % across * m;
    for (int c = 0; c < PANEL; c += LANES) {
        vec d[MOST * MOST];
        UNROLLED for (int i = 0; i < n; i++)
            UNROLLED for (int j = 0; j < n; j++)
                d[i * n + j] = i < last_row && j < last_column
                                   ? load(products + ((i * n + j) * l->together + at) * PANEL + c)
                                   : (vec){0};
        UNROLLED for (int j = 0; j < n; j++) from_points(m, d + j, n);
        UNROLLED for (int i = 0; i < m; i++) from_points(m, d + i * n, 1);
        const int which = channel + c;
        const vec bias = load(l->bias + which), scale = load(l->scale + which), shift = load(l->shift + which);
        UNROLLED for (int i = 0; i < m; i++)
            UNROLLED for (int j = 0; j < m; j++) {
                const long row = apart * (top + i) + y, column = apart * (left + j) + x;
                vec sum = d[i * n + j] + bias;
                if (l->down) {
                    store(l->raw + row * l->raw_row + column * l->raw_pixel + which, sum);
                    sum = activate(sum * scale + shift, l->slope, l->elu);
                } else {
                    sum = activate(sum, l->slope, l->elu) * scale + shift;
                }
                if (l->out) store(l->out + row * l->out_row + column * l->out_pixel + which, sum);
            }
    }
}

typedef struct {
    const Winograd *layer;
    float *rooms;
    long room;
} Call;

/* Computes one part of the outputs of some tiles of a layer. */
INLINE void piece(const int m, const Call *call, long number, int thread) {
    const Winograd *l = call->layer;
    const Plan plan = plan_of(m, l);
    const int n = m + 2, phases = l->down ? 1 : 2, panels = l->outs / PANEL;
    const long tiles = (long)(l->rows / m) * (l->columns / m), first = number / l->parts * l->together;
    const long part = number % l->parts, count = tiles - first < l->together ? tiles - first : l->together;
    float *spectrum = call->rooms + thread * call->room, *products = spectrum + plan.size;
    float *fresh = products + n * n * l->together * PANEL;
    for (long at = 0; at < count; at++) spread(m, l, &plan, first + at, at, spectrum);
    const float *weights = l->weights;
    for (int y = 0; y < phases; y++)
        for (int x = 0; x < phases; x++)
            for (int panel = 0; panel < panels; panel++) {
                const float *u = l->packed ? weights : fresh;
                weights += panel_size(m, l, &plan, y, x);
                if (panel * l->parts / panels != part) continue;
                if (!l->packed) pack(m, l, &plan, l->weights, y, x, panel, fresh);
                for (int i = 0; i < points(m, l, y); i++)
                    for (int j = 0; j < points(m, l, x); j++) {
                        const int p = i * n + j;
                        const long depth = plan.depth[p];
                        float *of_point = products + p * l->together * PANEL;
                        times_panel(count, spectrum + plan.begin[p], depth + SPACE, u, depth, of_point);
                        u += depth * PANEL + SPACE;
                    }
                for (long at = 0; at < count; at++)
                    gather(m, l, first + at, at, y, x, panel * PANEL, products);
            }
}

static void piece_of_2(const void *call, long number, int thread) { piece(2, call, number, thread); }
static void piece_of_4(const void *call, long number, int thread) { piece(4, call, number, thread); }

void winograd_run(const Winograd *layer, float *rooms, long room) {
    const Call call = {layer, rooms, room};
    const long tiles = (long)(layer->rows / layer->tile) * (layer->columns / layer->tile);
    const long pieces = (tiles + layer->together - 1) / layer->together * layer->parts;
    each(layer->tile == 2 ? piece_of_2 : piece_of_4, &call, pieces);
}

long winograd_room(const Winograd *layer) {
    const int n = layer->tile + 2;
    const Plan plan = plan_of(layer->tile, layer);
    const long fresh = layer->packed ? 0 : panel_size(layer->tile, layer, &plan, 1, 1);
    return plan.size + (long)n * n * PANEL * layer->together + fresh;
}

long winograd_size(const Winograd *layer) {
    const Plan plan = plan_of(layer->tile, layer);
    long size = 0;
    for (int y = 0; y < (layer->down ? 1 : 2); y++)
        for (int x = 0; x < (layer->down ? 1 : 2); x++)
            size += panel_size(layer->tile, layer, &plan, y, x) * (layer->outs / PANEL);
    return size;
}

typedef struct {
    const Winograd *layer;
    const float *weights;
    float *packed;
} Packing;

static void pack_piece(const void *what, long number, int thread) {
    const Packing *packing = what;
    const Winograd *l = packing->layer;
    const Plan plan = plan_of(l->tile, l);
    const int phases = l->down ? 1 : 2, panels = l->outs / PANEL;
    (void)thread;
    float *to = packing->packed;
    for (int y = 0; y < phases; y++)
        for (int x = 0; x < phases; x++)
            for (int panel = 0; panel < panels; panel++, number--) {
                if (number == 0 && l->tile == 2) pack(2, l, &plan, packing->weights, y, x, panel, to);
                if (number == 0 && l->tile == 4) pack(4, l, &plan, packing->weights, y, x, panel, to);
                to += panel_size(l->tile, l, &plan, y, x);
            }
}

void winograd_pack(const Winograd *layer, const float *weights, float *packed) {
    const Packing packing = {layer, weights, packed};
    each(pack_piece, &packing, (long)(layer->outs / PANEL) * (layer->down ? 1 : 4));
}
