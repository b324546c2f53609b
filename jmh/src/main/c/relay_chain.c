/*
 * The chain of 2015 in C: the loop polls an eventfd and a pipe; a notifier writes the eventfd, and, with the relay, signals
 * a thread in sigwait, which writes a record to the pipe. SIGIO is blocked in every thread that is created here; for `kill`
 * it must be in all others too.
 */
#include "baseline.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

enum relay { RELAY_OFF, RELAY_THREAD, RELAY_PROCESS };

struct relay_chain {
    enum relay relay;
    int doorbell, pipe[2], loop_tid, relay_tid;
    atomic_long asked, ran, echoes;
    atomic_int ending;
    pthread_t loop, relayer;
    pthread_barrier_t started;
};

static void *loop(void *argument)
{
    struct relay_chain *c = argument;
    struct pollfd fds[2] = { { .fd = c->doorbell, .events = POLLIN }, { .fd = c->pipe[0], .events = POLLIN } };
    c->loop_tid = (int) syscall(SYS_gettid);
    pthread_barrier_wait(&c->started);
    while (!atomic_load(&c->ending)) {
        CHECK(poll(fds, c->relay == RELAY_OFF ? 1 : 2, -1));
        if (fds[0].revents) {
            uint64_t drained;
            CHECK(read(c->doorbell, &drained, sizeof drained));
        }
        atomic_store(&c->ran, atomic_load(&c->asked));
        if (c->relay != RELAY_OFF && fds[1].revents) {
            struct signalfd_siginfo record;
            CHECK(read(c->pipe[0], &record, sizeof record));
            atomic_fetch_add(&c->echoes, 1);
        }
    }
    return NULL;
}

static void *relay(void *argument)
{
    struct relay_chain *c = argument;
    sigset_t sigio;
    sigemptyset(&sigio);
    sigaddset(&sigio, SIGIO);
    c->relay_tid = (int) syscall(SYS_gettid);
    pthread_barrier_wait(&c->started);
    for (;;) {
        struct signalfd_siginfo record;
        int signal;
        CHECK(-sigwait(&sigio, &signal));
        if (atomic_load(&c->ending))
            return NULL;
        memset(&record, 0, sizeof record);
        record.ssi_signo = signal;
        CHECK(write(c->pipe[1], &record, sizeof record));
    }
}

static void send(struct relay_chain *c, enum relay how)
{
    if (how == RELAY_PROCESS)
        CHECK(kill(getpid(), SIGIO));
    else if (how == RELAY_THREAD)
        CHECK(syscall(SYS_tgkill, getpid(), c->relay_tid, SIGIO));
}

struct relay_chain *relay_chain_open(int how)
{
    struct relay_chain *c = calloc(1, sizeof *c);
    sigset_t sigio, before;
    c->relay = how;
    c->doorbell = (int) CHECK(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    CHECK(pipe(c->pipe));
    pthread_barrier_init(&c->started, NULL, 3);
    sigemptyset(&sigio);
    sigaddset(&sigio, SIGIO);
    pthread_sigmask(SIG_BLOCK, &sigio, &before);
    CHECK(-pthread_create(&c->loop, NULL, loop, c));
    CHECK(-pthread_create(&c->relayer, NULL, relay, c));
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_barrier_wait(&c->started);
    return c;
}

int relay_chain_tid(struct relay_chain *c)
{
    return c->loop_tid;
}

/* Asks the loop to run something, and wakes it. */
void relay_chain_notify(struct relay_chain *c)
{
    const uint64_t one = 1;
    atomic_fetch_add(&c->asked, 1);
    CHECK(write(c->doorbell, &one, sizeof one));
    send(c, c->relay);
}

/* How often the loop ran what it was asked to. */
long relay_chain_ran(struct relay_chain *c)
{
    return atomic_load(&c->ran);
}

/* How many records have come through the pipe. */
long relay_chain_echoes(struct relay_chain *c)
{
    return atomic_load(&c->echoes);
}

void relay_chain_close(struct relay_chain *c)
{
    const uint64_t one = 1;
    atomic_store(&c->ending, 1);
    CHECK(write(c->doorbell, &one, sizeof one));
    send(c, RELAY_THREAD);
    pthread_join(c->loop, NULL);
    pthread_join(c->relayer, NULL);
    close(c->doorbell);
    close(c->pipe[0]);
    close(c->pipe[1]);
    free(c);
}
