package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.jmh.machine.OnePipe;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A pipe of ours, read and written by FFM. */
final class AioPipe implements WatchedPipe {
    private static final MemorySegment BYTE = Arena.global().allocate(1);

    private final AioContext context;
    private final int pipe = OnePipe.open();
    private @Nullable FdSource source;

    AioPipe(AioContext context) {
        this.context = context;
    }

    @Override
    public void put() {
        Errno.check((int) Libc.write(pipe, BYTE, 1), "write", pipe);
    }

    @Override
    public void take() {
        Errno.check((int) Libc.read(pipe, BYTE, 1), "read", pipe);
    }

    @Override
    public void watch(Runnable onReadable) {
        source = context.onReadable(pipe, (self, events) -> onReadable.run());
    }

    @Override
    public void await(boolean writable) {
        Objects.requireNonNull(source).interest(writable ? FdEvents.WRITE : FdEvents.READ);
    }

    @Override
    public void unwatch() {
        context.source(pipe).ifPresent(FdSource::close);
    }

    @Override
    public void close() {
        Descriptors.close(pipe);
    }
}
