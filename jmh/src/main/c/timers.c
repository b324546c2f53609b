/* How late a timerfd is that epoll_wait waits for, and nothing else: the limit for an exact timer of an idle loop. */
#include "baseline.h"
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#define NANOS_PER_SECOND 1000000000L

static long now(void)
{
    struct timespec t;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &t));
    return t.tv_sec * NANOS_PER_SECOND + t.tv_nsec;
}

/* Waits so many times for a delay each, and stores by how many nanoseconds too long. */
void timer_lateness(int count, const long *delays, long *late)
{
    struct epoll_event event = { .events = EPOLLIN };
    int timer = (int) CHECK(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    int epoll = (int) CHECK(epoll_create1(EPOLL_CLOEXEC));
    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event));
    for (int i = 0; i < count; i++) {
        uint64_t expirations;
        long deadline = now() + delays[i];
        struct itimerspec at = {
            .it_value = { .tv_sec = deadline / NANOS_PER_SECOND, .tv_nsec = deadline % NANOS_PER_SECOND },
        };
        CHECK(timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL));
        while (epoll_wait(epoll, &event, 1, -1) != 1)
            ;
        CHECK(read(timer, &expirations, sizeof expirations));
        late[i] = now() - deadline;
    }
    close(timer);
    close(epoll);
}
