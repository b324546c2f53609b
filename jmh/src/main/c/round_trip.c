/*
 * A thread blocks in poll or epoll_wait, or spins; another hands it a number and waits for the answer. The protocol is
 * QEMU's: the waiter announces that it blocks and looks once more; the doorbell is written only if it announced that.
 */
#include "baseline.h"
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

enum wait_kind { WAIT_POLL, WAIT_EPOLL, WAIT_SPIN };
enum reply_kind { REPLY_PARK, REPLY_SPIN };

struct round_trip {
    _Alignas(128) atomic_long request;
    atomic_int armed;
    _Alignas(128) atomic_long reply;
    _Alignas(128) enum wait_kind wait;
    enum reply_kind reply_by;
    sem_t replied;
    sem_t started;
    int doorbell;
    int epoll;
    int tid;
    pthread_t server;
};

static void block(struct round_trip *t)
{
    if (t->wait == WAIT_POLL) {
        struct pollfd fd = { .fd = t->doorbell, .events = POLLIN };
        CHECK(poll(&fd, 1, -1));
    } else {
        struct epoll_event event;
        CHECK(epoll_wait(t->epoll, &event, 1, -1));
    }
}

static long await_request(struct round_trip *t, long last)
{
    long request;
    while ((request = atomic_load_explicit(&t->request, memory_order_acquire)) == last) {
        if (t->wait == WAIT_SPIN) {
            spin_pause();
            continue;
        }
        atomic_store_explicit(&t->armed, 1, memory_order_relaxed);
        atomic_thread_fence(memory_order_seq_cst);
        if (atomic_load_explicit(&t->request, memory_order_relaxed) == last) {
            uint64_t drained;
            block(t);
            CHECK(read(t->doorbell, &drained, sizeof drained));
        }
        atomic_store_explicit(&t->armed, 0, memory_order_relaxed);
    }
    return request;
}

static void *serve(void *argument)
{
    struct round_trip *t = argument;
    long request = 0;
    t->tid = (int) syscall(SYS_gettid);
    sem_post(&t->started);
    while ((request = await_request(t, request)) >= 0) {
        atomic_store_explicit(&t->reply, request, memory_order_release);
        if (t->reply_by == REPLY_PARK)
            sem_post(&t->replied);
    }
    return NULL;
}

static void ask(struct round_trip *t, long request)
{
    const uint64_t one = 1;
    atomic_store_explicit(&t->request, request, memory_order_relaxed);
    if (t->wait == WAIT_SPIN) {
        atomic_thread_fence(memory_order_release);
        return;
    }
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&t->armed, memory_order_relaxed))
        CHECK(write(t->doorbell, &one, sizeof one));
}

struct round_trip *round_trip_open(int wait, int reply_by)
{
    struct round_trip *t = aligned_alloc(128, sizeof *t);
    struct epoll_event event = { .events = EPOLLIN };
    *t = (struct round_trip) { .wait = wait, .reply_by = reply_by };
    t->doorbell = (int) CHECK(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    t->epoll = (int) CHECK(epoll_create1(EPOLL_CLOEXEC));
    CHECK(epoll_ctl(t->epoll, EPOLL_CTL_ADD, t->doorbell, &event));
    sem_init(&t->replied, 0, 0);
    sem_init(&t->started, 0, 0);
    CHECK(-pthread_create(&t->server, NULL, serve, t));
    sem_wait(&t->started);
    return t;
}

int round_trip_tid(struct round_trip *t)
{
    return t->tid;
}

/* Returns how many were served so far. */
long round_trip(struct round_trip *t)
{
    long request = atomic_load_explicit(&t->request, memory_order_relaxed) + 1;
    ask(t, request);
    if (t->reply_by == REPLY_PARK) {
        while (sem_wait(&t->replied) != 0)
            ;
    } else {
        while (atomic_load_explicit(&t->reply, memory_order_acquire) != request)
            spin_pause();
    }
    return atomic_load_explicit(&t->reply, memory_order_acquire);
}

void round_trip_close(struct round_trip *t)
{
    ask(t, -1);
    pthread_join(t->server, NULL);
    close(t->epoll);
    close(t->doorbell);
    free(t);
}
