package dev.aiocontext.jmh.report;

import java.util.Locale;
import java.util.Map;

/** On which side of a comparison a row of a table stands, by its name; and how the name reads. */
enum Side {
    /** The library. */
    OURS,
    /** What one would take instead. */
    PEER,
    /** The least there can be, written by hand for this one purpose, in Java. */
    BY_HAND,
    /** The same in C. */
    LIMIT;

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("AIO_POLL", "aiocontext, poll"),
            Map.entry("AIO_EPOLL", "aiocontext, epoll"),
            Map.entry("NETTY_NIO", "Netty, NIO"),
            Map.entry("NETTY_EPOLL", "Netty, epoll"),
            Map.entry("NETTY_IO_URING", "Netty, io_uring"),
            Map.entry("SELECTOR", "Selector"),
            Map.entry("THREAD_POOL", "ThreadPoolExecutor"),
            Map.entry("VIRTUAL_THREAD", "virtual thread"),
            Map.entry("PARK", "park and unpark"),
            Map.entry("SPIN", "a spinning thread"),
            Map.entry("FFM_POLL", "FFM poll by hand"),
            Map.entry("C_POLL", "C, poll"),
            Map.entry("C_EPOLL", "C, epoll"),
            Map.entry("C_SPIN", "C, spin"));

    static Side of(String name) {
        if (name.startsWith("AIO")) {
            return OURS;
        }
        if (name.equals("C") || name.startsWith("C_")) {
            return LIMIT;
        }
        return name.equals("SPIN") || name.equals("FFM_POLL") ? BY_HAND : PEER;
    }

    static String nameOf(String value) {
        return NAMES.getOrDefault(value, value.replace('_', ' ').toLowerCase(Locale.ROOT));
    }
}
