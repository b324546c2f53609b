package dev.aiocontext.jmh.peer;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.AioContext;
import dev.aiocontext.FdSource;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/** A timerfd(2) on a context, which bounds how long its loop can wait. */
final class PeriodicTimer implements AutoCloseable {
    private final MemorySegment expirations = Arena.ofAuto().allocate(JAVA_LONG);
    private final AioContext context;
    private final int fd = linux_h.timerfd_create(linux_h.CLOCK_MONOTONIC(), 0);

    PeriodicTimer(AioContext context, Duration period) {
        this.context = context;
        try (Arena arena = Arena.ofConfined()) {
            long nanos = period.toNanosPart();
            // A struct itimerspec: the interval, and the first time.
            MemorySegment times = arena.allocateFrom(JAVA_LONG, period.toSeconds(), nanos, period.toSeconds(), nanos);
            if (linux_h.timerfd_settime(fd, 0, times, MemorySegment.NULL) < 0) {
                throw new IllegalStateException("there is no timer to be had");
            }
        }
        context.onReadable(fd, (source, events) -> Libc.read(fd, expirations, Long.BYTES));
    }

    @Override
    public void close() {
        context.source(fd).ifPresent(FdSource::close);
        Descriptors.close(fd);
    }
}
