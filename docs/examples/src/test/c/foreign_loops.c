/*
 * What the adapters do, in C on an epoll loop of its own: the limit that ForeignLoopFigures compares with. For each line of its input it does
 * so many pieces of work, and prints the processor time of the whole process and the wall time, in nanoseconds for each piece.
 *
 * With IDLE_THREAD in the environment it has a second thread, which does nothing. The kernel then counts each use of a descriptor, as
 * it does for every JVM.
 *
 *   foreign_loops interest - PIECES | curl URL PIECES | cares SERVER PIECES | sdbus ADDRESS PIECES | libpq SETTINGS PIECES
 */
#define _GNU_SOURCE
#include <ares.h>
#include <curl/curl.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#define PARALLEL 200
#define EVENTS 64
#define REQUIRE(condition) ((condition) ? (void) 0 : (fprintf(stderr, "failed: %s\n", #condition), exit(1)))

static int epoll;
static int done;
static int64_t deadline = -1; /* CLOCK_MONOTONIC, ns */

static int64_t clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Makes the interest what it should be: 0 for none. */
static void want(int fd, unsigned old, unsigned events)
{
    struct epoll_event e = {.events = events, .data.fd = fd};
    if (old != events) {
        epoll_ctl(epoll, events == 0 ? EPOLL_CTL_DEL : old == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &e);
    }
}

static int await(struct epoll_event *events)
{
    int64_t left = deadline < 0 ? -1 : deadline - clock_ns(CLOCK_MONOTONIC);
    return epoll_wait(epoll, events, EVENTS, deadline < 0 ? -1 : left <= 0 ? 0 : (int) ((left + 999999) / 1000000));
}

/* ---- libcurl */

static CURLM *multi;
static int running;

static int curl_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *known)
{
    unsigned events = what == CURL_POLL_REMOVE ? 0 : (what & 1 ? EPOLLIN : 0) | (what & 2 ? EPOLLOUT : 0);
    want(fd, (unsigned) (uintptr_t) known, events);
    curl_multi_assign(multi, fd, (void *) (uintptr_t) events);
    (void) easy, (void) data;
    return 0;
}

static int curl_timer(CURLM *of, long millis, void *data)
{
    deadline = millis < 0 ? -1 : clock_ns(CLOCK_MONOTONIC) + millis * 1000000LL;
    (void) of, (void) data;
    return 0;
}

static size_t curl_body(char *data, size_t size, size_t members, void *user)
{
    (void) data, (void) user;
    return size * members;
}

static void curl_start(void)
{
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, curl_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, curl_timer);
}

static void curl_round(const char *url)
{
    struct epoll_event events[EVENTS];
    CURLMsg *message;
    int i, n, left;
    for (i = 0; i < PARALLEL; i++) {
        CURL *easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, curl_body);
        curl_multi_add_handle(multi, easy);
    }
    for (done = 0; done < PARALLEL;) {
        n = await(events);
        for (i = 0; i < n; i++) {
            int bits = (events[i].events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0)
                    | (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) | (events[i].events & EPOLLERR ? CURL_CSELECT_ERR : 0);
            curl_multi_socket_action(multi, events[i].data.fd, bits, &running);
        }
        if (deadline >= 0 && clock_ns(CLOCK_MONOTONIC) >= deadline) {
            deadline = -1;
            curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        if (running < PARALLEL - done) {
            while ((message = curl_multi_info_read(multi, &left)) != NULL) {
                CURL *easy = message->easy_handle;
                long status;
                REQUIRE(message->data.result == CURLE_OK);
                curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
                REQUIRE(status == 200);
                curl_multi_remove_handle(multi, easy);
                curl_easy_cleanup(easy);
                done++;
            }
        }
    }
}

/* ---- c-ares */

static ares_channel channel;
static unsigned interests[1024];

static void ares_socket(void *data, ares_socket_t fd, int read, int write)
{
    unsigned events = (read ? EPOLLIN : 0) | (write ? EPOLLOUT : 0);
    want(fd, interests[fd], events);
    interests[fd] = events;
    (void) data;
}

static void ares_answered(void *data, int status, int timeouts, struct ares_addrinfo *found)
{
    REQUIRE(status == ARES_SUCCESS && found->nodes != NULL);
    ares_freeaddrinfo(found);
    done = 1;
    (void) data, (void) timeouts;
}

static void ares_start(const char *server)
{
    struct ares_options options = {.timeout = 300000, .tries = 1, .sock_state_cb = ares_socket};
    REQUIRE(ares_init_options(&channel, &options, ARES_OPT_SOCK_STATE_CB | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) == 0);
    REQUIRE(ares_set_servers_ports_csv(channel, server) == 0);
}

static void ares_piece(void)
{
    struct epoll_event events[EVENTS];
    struct ares_addrinfo_hints hints = {0};
    struct timeval time;
    ares_getaddrinfo(channel, "name.example.org", NULL, &hints, ares_answered, NULL);
    for (done = 0; !done;) {
        struct timeval *left = ares_timeout(channel, NULL, &time);
        int i, n;
        deadline = left == NULL ? -1 : clock_ns(CLOCK_MONOTONIC) + left->tv_sec * 1000000000LL + left->tv_usec * 1000LL;
        n = await(events);
        for (i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            ares_process_fd(channel, events[i].events & EPOLLIN ? fd : ARES_SOCKET_BAD,
                    events[i].events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
        }
    }
}

/* ---- sd-bus */

static sd_bus *bus;
static unsigned bus_interest;

static int bus_answered(sd_bus_message *message, void *data, sd_bus_error *error)
{
    const char *id;
    REQUIRE(sd_bus_message_read_basic(message, 's', &id) > 0);
    done = 1;
    (void) data, (void) error;
    return 0;
}

static void bus_start(const char *address)
{
    REQUIRE(sd_bus_new(&bus) >= 0 && sd_bus_set_address(bus, address) >= 0);
    REQUIRE(sd_bus_set_bus_client(bus, 1) >= 0 && sd_bus_start(bus) >= 0);
}

static void bus_piece(void)
{
    struct epoll_event events[EVENTS];
    sd_bus_message *message;
    REQUIRE(sd_bus_message_new_method_call(bus, &message, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                    "org.freedesktop.DBus", "GetId") >= 0);
    REQUIRE(sd_bus_call_async(bus, NULL, message, bus_answered, NULL, 300000000) >= 0);
    sd_bus_message_unref(message);
    for (done = 0; !done;) {
        unsigned wanted = (unsigned) sd_bus_get_events(bus);
        uint64_t micros;
        want(sd_bus_get_fd(bus), bus_interest, wanted);
        bus_interest = wanted;
        deadline = sd_bus_get_timeout(bus, &micros) > 0 ? (int64_t) micros * 1000 : -1;
        await(events);
        while (sd_bus_process(bus, NULL) > 0) {
        }
    }
}

/* ---- libpq */

static PGconn *database;
static unsigned database_interest;

static void pq_start(const char *settings)
{
    database = PQconnectdb(settings);
    REQUIRE(PQstatus(database) == CONNECTION_OK);
    PQsetnonblocking(database, 1);
}

static void pq_piece(void)
{
    struct epoll_event events[EVENTS];
    PGresult *result;
    deadline = -1;
    REQUIRE(PQsendQuery(database, "SELECT 1") == 1);
    for (done = 0; !done;) {
        unsigned wanted = PQflush(database) > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN;
        want(PQsocket(database), database_interest, wanted);
        database_interest = wanted;
        await(events);
        REQUIRE(PQconsumeInput(database) == 1);
        REQUIRE(PQnotifies(database) == NULL);
        while (!done && !PQisBusy(database)) {
            result = PQgetResult(database);
            done = result == NULL;
            REQUIRE(done || strcmp(PQgetvalue(result, 0, 0), "1") == 0);
            PQclear(result);
        }
    }
}

/* ---- a change of interest, from reading to writing or back */

static int idle;

static void interest_start(void)
{
    idle = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    want(idle, 0, EPOLLIN);
}

static void interest_piece(int i)
{
    struct epoll_event e = {.events = i % 2 == 0 ? EPOLLOUT : EPOLLIN, .data.fd = idle};
    epoll_ctl(epoll, EPOLL_CTL_MOD, idle, &e);
}

static void *idle_thread(void *data)
{
    for (;;) {
        pause();
    }
    return data;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    int pieces = argc == 4 ? atoi(argv[3]) : 0, i;
    char library = pieces > 0 ? argv[1][1] : 0;
    REQUIRE(pieces > 0);
    REQUIRE(getenv("IDLE_THREAD") == NULL || pthread_create(&thread, NULL, idle_thread, NULL) == 0);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    switch (library) {
    case 'n': interest_start(); break;
    case 'u': curl_start(); break;
    case 'a': ares_start(argv[2]); break;
    case 'd': bus_start(argv[2]); break;
    default: pq_start(argv[2]); break;
    }
    while (getchar() == '\n') {
        int64_t cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID), wall = clock_ns(CLOCK_MONOTONIC);
        for (i = 0; i < pieces; i += library == 'u' ? PARALLEL : 1) {
            switch (library) {
            case 'n': interest_piece(i); break;
            case 'u': curl_round(argv[2]); break;
            case 'a': ares_piece(); break;
            case 'd': bus_piece(); break;
            default: pq_piece(); break;
            }
        }
        printf("%lld %lld\n", (long long) (clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / pieces,
                (long long) (clock_ns(CLOCK_MONOTONIC) - wall) / pieces);
        fflush(stdout);
    }
    return 0;
}
