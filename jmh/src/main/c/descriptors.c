/* Many pipes, one or all of which are readable; poll or epoll_wait finds them, each is read and written again. */
#include "baseline.h"
#include <poll.h>
#include <sys/epoll.h>
#include <fcntl.h>

struct descriptors {
    int count;
    int epoll; /* or -1: poll */
    int *pipes;
    struct pollfd *fds;
    struct epoll_event *events;
    int spare;
};

/* A pipe with one descriptor, as OnePipe.java opens it. */
static int one_pipe(void)
{
    char path[32];
    int ends[2], both;
    CHECK(pipe(ends));
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    both = (int) CHECK(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
    close(ends[0]);
    close(ends[1]);
    return both;
}

struct descriptors *descriptors_open(int count, int use_epoll)
{
    struct descriptors *d = calloc(1, sizeof *d);
    d->count = count;
    d->epoll = use_epoll ? (int) CHECK(epoll_create1(EPOLL_CLOEXEC)) : -1;
    d->pipes = calloc(count, sizeof *d->pipes);
    d->fds = calloc(count, sizeof *d->fds);
    d->events = calloc(count, sizeof *d->events);
    d->spare = one_pipe();
    for (int i = 0; i < count; i++) {
        struct epoll_event event = { .events = EPOLLIN, .data.u32 = i };
        d->pipes[i] = one_pipe();
        d->fds[i] = (struct pollfd) { .fd = d->pipes[i], .events = POLLIN };
        if (use_epoll)
            CHECK(epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->pipes[i], &event));
    }
    return d;
}

static void put(struct descriptors *d, int i)
{
    char byte = 1;
    CHECK(write(d->pipes[i], &byte, 1));
}

static void take(struct descriptors *d, int i)
{
    char byte;
    CHECK(read(d->pipes[i], &byte, 1));
}

/* Handles so many events of the first `active` descriptors; returns how many it handled. */
long descriptors_handle(struct descriptors *d, int active, long events)
{
    long issued = 0, handled = 0;
    for (int i = 0; i < active && issued < events; i++, issued++)
        put(d, i);
    while (handled < events) {
        long ready = d->epoll < 0 ? CHECK(poll(d->fds, d->count, -1))
                                  : CHECK(epoll_wait(d->epoll, d->events, d->count, -1));
        int next = 0;
        for (long found = 0; found < ready; found++, next++) {
            int i;
            if (d->epoll < 0) {
                while (!d->fds[next].revents)
                    next++;
                i = next;
            } else {
                i = (int) d->events[found].data.u32;
            }
            take(d, i);
            handled++;
            if (issued < events) {
                issued++;
                put(d, i);
            }
        }
    }
    return handled;
}

/* Adds one more descriptor and removes it, so many times. */
void descriptors_register(struct descriptors *d, long times)
{
    struct epoll_event event = { .events = EPOLLIN };
    while (times-- > 0) {
        CHECK(epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->spare, &event));
        CHECK(epoll_ctl(d->epoll, EPOLL_CTL_DEL, d->spare, &event));
    }
}

/* Adds one more descriptor, has it waited for by the other of reading and writing, so many times, and removes it. */
void descriptors_change_interest(struct descriptors *d, long times)
{
    struct epoll_event event = { .events = EPOLLIN };
    CHECK(epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->spare, &event));
    for (long i = 0; i < times; i++) {
        event.events = i % 2 == 0 ? EPOLLOUT : EPOLLIN;
        CHECK(epoll_ctl(d->epoll, EPOLL_CTL_MOD, d->spare, &event));
    }
    CHECK(epoll_ctl(d->epoll, EPOLL_CTL_DEL, d->spare, &event));
}

void descriptors_close(struct descriptors *d)
{
    for (int i = 0; i < d->count; i++)
        close(d->pipes[i]);
    close(d->spare);
    if (d->epoll >= 0)
        close(d->epoll);
    free(d->events);
    free(d->fds);
    free(d->pipes);
    free(d);
}
