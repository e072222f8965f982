#include "thread_pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

typedef struct {
    Piece *run;
    const void *what;
    long count;
    atomic_long next;
} Work;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER, done = PTHREAD_COND_INITIALIZER;
static Work *work;     /* this and all below: under the lock */
static long round_;    /* counts calls of each() */
static int busy;       /* threads that have not finished this round */
static int own = 1;    /* threads started, plus the caller's */
static int used = 1;   /* threads that take work */
static long seen_at_start[MOST_THREADS];

static void take(Work *of, int thread) {
    for (long number; (number = atomic_fetch_add(&of->next, 1)) < of->count;) of->run(of->what, number, thread);
}

static void *serve(void *number) {
    const int me = (int)(intptr_t)number;
    long seen = seen_at_start[me];
    for (;;) {
        pthread_mutex_lock(&lock);
        while (round_ == seen) pthread_cond_wait(&wake, &lock);
        seen = round_;
        Work *current = work;
        pthread_mutex_unlock(&lock);
        if (me < used) take(current, me);
        pthread_mutex_lock(&lock);
        if (--busy == 0) pthread_cond_signal(&done);
        pthread_mutex_unlock(&lock);
    }
    return 0;
}

void each(Piece *piece, const void *what, long count) {
    Work mine = {piece, what, count, 0};
    pthread_mutex_lock(&lock);
    work = &mine;
    round_++;
    busy = own - 1;
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&lock);
    take(&mine, 0);
    pthread_mutex_lock(&lock);
    while (busy) pthread_cond_wait(&done, &lock);
    work = 0;
    pthread_mutex_unlock(&lock);
}

int threads(void) { return used; }

int use_threads(int wanted) {
    pthread_t thread;
    if (wanted > MOST_THREADS) wanted = MOST_THREADS;
    while (own < wanted) {
        seen_at_start[own] = round_;
        if (pthread_create(&thread, 0, serve, (void *)(intptr_t)own)) break;
        pthread_detach(thread);
        own++;
    }
    used = wanted < own ? wanted : own;
    return used;
}
