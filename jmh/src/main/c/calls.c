/* Each system call of Call.java in a loop, on the memory and the descriptors of Fixture.java. */
#include "baseline.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

struct fixture {
    int idle, eventfd, epoll, pid, tid;
    uint64_t *one;
    void *buffer;
    struct pollfd *pollfds;
    struct epoll_event *event;
    struct timespec *no_time;
    int *pair;
    sigset_t *sigio;
};

#define REPEAT(name, ...)                                                                                              \
    void repeat_##name(const struct fixture *f, long times)                                                            \
    {                                                                                                                  \
        (void) f;                                                                                                      \
        while (times-- > 0) {                                                                                          \
            __VA_ARGS__;                                                                                               \
        }                                                                                                              \
    }

REPEAT(gettid, CHECK(syscall(SYS_gettid)))
REPEAT(write_read, CHECK(write(f->eventfd, f->one, 8)); CHECK(read(f->eventfd, f->buffer, 8)))
REPEAT(fcntl, CHECK(fcntl(f->idle, F_GETFD, 0)))
REPEAT(ppoll, CHECK(ppoll(f->pollfds, 1, f->no_time, NULL)))
REPEAT(epoll_wait, CHECK(epoll_wait(f->epoll, f->buffer, 1, 0)))
REPEAT(epoll_pwait2, CHECK(syscall(SYS_epoll_pwait2, f->epoll, f->buffer, 1, f->no_time, NULL, 8)))
REPEAT(epoll_ctl, CHECK(epoll_ctl(f->epoll, EPOLL_CTL_MOD, f->idle, f->event)))
REPEAT(eventfd_close, CHECK(close((int) CHECK(eventfd(0, 0)))))
REPEAT(pipe2_close, CHECK(pipe2(f->pair, 0)); CHECK(close(f->pair[0])); CHECK(close(f->pair[1])))
REPEAT(epoll_create1_close, CHECK(close((int) CHECK(epoll_create1(0)))))
REPEAT(kill, CHECK(kill(f->pid, 0)))
REPEAT(tgkill_sigwait, CHECK(syscall(SYS_tgkill, f->pid, f->tid, SIGIO)); CHECK(-sigwait(f->sigio, f->buffer)))
