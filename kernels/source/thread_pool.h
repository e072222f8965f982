/* A few threads that wait for rows of equal pieces of work. */
#ifndef THREADS_H
#define THREADS_H

#define MOST_THREADS 64

typedef void Piece(const void *what, long number, int thread);

/* Do pieces 0 to `count` - 1 of `what`, each by some thread below `threads()`; back when all of them are done. */
void each(Piece *piece, const void *what, long count);

/* How many threads work, the caller's among them. */
int threads(void);

/* Let `wanted` threads work from now on; how many do. Like `each`, for one caller at a time. */
int use_threads(int wanted);

#endif
