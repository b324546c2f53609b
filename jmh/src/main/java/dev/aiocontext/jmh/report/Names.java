package dev.aiocontext.jmh.report;

import java.util.Locale;
import java.util.Map;

/** How the values of parameters read. */
final class Names {
    private static final Map<String, String> ROWS = Map.ofEntries(
            Map.entry("AIO_POLL", "aiocontext, poll"),
            Map.entry("AIO_EPOLL", "aiocontext, epoll"),
            Map.entry("AIO_WAKEUP", "aiocontext, wakeup()"),
            Map.entry("AIO_SCHEDULE", "aiocontext, schedule()"),
            Map.entry("AIO_EXECUTE", "aiocontext, execute()"),
            Map.entry("AIO_OFF", "aiocontext, relay OFF"),
            Map.entry("AIO_THREAD", "aiocontext, relay THREAD"),
            Map.entry("AIO_DEFERRED", "aiocontext, relay DEFERRED"),
            Map.entry("AIO_PROCESS", "aiocontext, relay PROCESS"),
            Map.entry("AIO_FFM_ERRNO", "aiocontext: FFM with errno"),
            Map.entry("AIO_THREAD_POOL", "aiocontext, threadPool()"),
            Map.entry("AIO_CALL", "aiocontext, call()"),
            Map.entry("AIO_CALL_POLLING", "aiocontext, call(), polling"),
            Map.entry("AIO_SUBMIT", "aiocontext, submit().get()"),
            Map.entry("AIO_AWAIT_READY", "aiocontext, awaitReady(), by pipes"),
            Map.entry("AIO_AWAIT_READY_POLLING", "aiocontext, awaitReady(), by pipes, polling"),
            Map.entry("JDK_PIPE", "java.nio.channels.Pipe, by pipes"),
            Map.entry("NETTY_NIO", "Netty, NIO"),
            Map.entry("NETTY_EPOLL", "Netty, epoll"),
            Map.entry("NETTY_IO_URING", "Netty, io_uring"),
            Map.entry("NETTY_EXECUTOR_GROUP", "Netty, DefaultEventExecutorGroup"),
            Map.entry("SELECTOR", "Selector"),
            Map.entry("SELECTOR_FD", "Selector, bare descriptors"),
            Map.entry("SELECTOR_WAKEUP", "Selector.wakeup()"),
            Map.entry("THREAD_POOL", "ThreadPoolExecutor"),
            Map.entry("CACHED_THREAD_POOL", "Executors.newCachedThreadPool()"),
            Map.entry("COMPLETABLE_FUTURE", "CompletableFuture.supplyAsync()"),
            Map.entry("VIRTUAL_THREAD", "virtual thread"),
            Map.entry("PARK", "park and unpark"),
            Map.entry("SPIN", "a thread that spins"),
            Map.entry("FFM_POLL", "poll by hand, FFM"),
            Map.entry("FFM_QUEUE", "poll by hand, FFM, JCTools' queue"),
            Map.entry("FFM", "FFM"),
            Map.entry("JNA", "JNA"),
            Map.entry("JNI", "JNI"),
            Map.entry("JNR_POSIX", "jnr-posix"),
            Map.entry("C_POLL", "C, poll"),
            Map.entry("C_EPOLL", "C, epoll"),
            Map.entry("C_SPIN", "C, spin"),
            Map.entry("C_FLAG", "C, as QEMU does it"),
            Map.entry("C_LOOP", "C, a loop"),
            Map.entry("C_OFF", "C, eventfd alone"),
            Map.entry("C_THREAD", "C, eventfd and tgkill"),
            Map.entry("C_PROCESS", "C, eventfd and kill: 2015"),
            Map.entry("AIO_TIMER", "aiocontext, AioTimer"),
            Map.entry("AIO_WHEEL", "aiocontext, its wheel alone"),
            Map.entry("NETTY_QUEUE", "Netty, a loop's queue"),
            Map.entry("HASHED_WHEEL", "Netty, HashedWheelTimer"),
            Map.entry("AGRONA_WHEEL", "Agrona, DeadlineTimerWheel"),
            Map.entry("SCHEDULED_POOL", "ScheduledThreadPoolExecutor"),
            Map.entry("FORK_JOIN", "ForkJoinPool.schedule"),
            Map.entry("COMPARE_AND_SET", "a compare-and-set each: the limit"),
            Map.entry("C_TIMERFD", "C, timerfd"),
            Map.entry("NONE", "none"),
            Map.entry("NOTHING", "a JVM that does nothing"),
            Map.entry("RELAY_THREAD", "relay THREAD"),
            Map.entry("RELAY_DEFERRED", "relay DEFERRED"),
            Map.entry("RELAY_PROCESS", "relay PROCESS"),
            Map.entry("WAIT_10MS", "no wait beyond 10 ms"),
            Map.entry("WAIT_100MS", "no wait beyond 100 ms"));

    private static final Map<String, String> COLUMNS = Map.of(
            "cache NONE", "as it is",
            "cache AOT", "with an AOT cache",
            "delay IDLE", "the loop sleeps",
            "delay POLLING", "the loop polls",
            "pin NONE", "not pinned",
            "pin ONE", "one core",
            "pin TWO", "two cores",
            "reply PARK", "asker parks",
            "reply SPIN", "asker spins");

    private Names() {}

    /** A row's name. */
    static String of(String value) {
        return ROWS.getOrDefault(value, value.startsWith("AIO: ") ? value.substring("AIO: ".length()) : value);
    }

    /** A parameter and its value, as a part of a column's head. */
    static String of(String param, String value) {
        return switch (param) {
            case "descriptors", "pending" -> String.format(Locale.ROOT, "%,d", Integer.valueOf(value));
            case "call" ->
                value.toLowerCase(Locale.ROOT)
                        .replace("_close", " + close")
                        .replace("e_r", "e + r")
                        .replace("ll_s", "ll + s");
            default -> COLUMNS.getOrDefault(param + " " + value, param + " " + value);
        };
    }
}
