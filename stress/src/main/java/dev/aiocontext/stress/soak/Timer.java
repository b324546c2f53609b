package dev.aiocontext.stress.soak;

import dev.aiocontext.AioContext;
import dev.aiocontext.FdSource;
import dev.aiocontext.bindings.linux.itimerspec;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.timespec;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A timerfd that expires every 10 ms; the kernel counts the expirations, so a loop that sleeps too long loses none. */
final class Timer implements AutoCloseable {
    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(10);

    private final AioContext context;
    private final Counts counts;
    private final int fd;
    private final long start;
    private final AtomicLong lastTick;
    private final MemorySegment expirations = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);

    Timer(AioContext context, Counts counts) {
        this.context = context;
        this.counts = counts;
        fd = linux_h.timerfd_create(linux_h.CLOCK_MONOTONIC(), linux_h.TFD_NONBLOCK() | linux_h.TFD_CLOEXEC());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment spec = itimerspec.allocate(arena);
            timespec.tv_nsec(itimerspec.it_interval(spec), PERIOD);
            timespec.tv_nsec(itimerspec.it_value(spec), PERIOD);
            if (fd < 0 || linux_h.timerfd_settime(fd, 0, spec, MemorySegment.NULL) != 0) {
                throw new IllegalStateException("no timerfd");
            }
        }
        start = System.nanoTime();
        lastTick = new AtomicLong(start);
        context.onReadable(fd, (source, events) -> tick(fd));
    }

    private void tick(int ready) {
        if (Libc.read(ready, expirations, Long.BYTES) == Long.BYTES) {
            counts.ticks.arrive(expirations.get(ValueLayout.JAVA_LONG, 0));
            lastTick.set(System.nanoTime());
        }
    }

    /** Says so if nothing has come for long. */
    void check(Troubles troubles) {
        long now = System.nanoTime();
        if (now - lastTick.get() > Troubles.LIMIT.toNanos()) {
            troubles.add("the timer of " + context.name() + " is not heard");
        }
    }

    /** On the loop, after its last poll. */
    @Override
    public void close() {
        tick(fd);
        counts.ticks.ask((System.nanoTime() - start) / PERIOD);
        context.source(fd).ifPresent(FdSource::close);
        Descriptors.close(fd);
    }
}
