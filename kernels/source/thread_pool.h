/* A pool of threads for batches of equal pieces of work. */
#ifndef THREADS_H
#define THREADS_H

#define MOST_THREADS 64

typedef void Piece(const void *what, long number, int thread);

/* Runs pieces 0 to `count` - 1 of `what` on the threads; returns when all are done. A piece gets its thread's number,
   below `threads()`. For one caller at a time. */
void each(Piece *piece, const void *what, long count);

/* The number of threads that work, including the caller's. */
int threads(void);

/* Sets the number of threads that work to `wanted`, or to fewer if the system starts no more; returns it. For one caller
   at a time. */
int use_threads(int wanted);

#endif
