package dev.aiocontext.jmh.machine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.internal.posix.Descriptors;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Pipes with one descriptor, that both reads and writes: half as many as usual count against the limit. */
public final class OnePipe {
    private static final int O_RDWR = 2;
    private static final MethodHandle OPEN = open2();

    private OnePipe() {}

    @SuppressWarnings("restricted")
    private static MethodHandle open2() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().find("open").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                Linker.Option.firstVariadicArg(2));
    }

    /**
     * Opens one.
     *
     * @return its descriptor, which does not block
     */
    public static int open() {
        Descriptors.Pipe pipe = Descriptors.pipe();
        try (Arena arena = Arena.ofConfined()) {
            int flags = O_RDWR | linux_h.O_NONBLOCK() | linux_h.O_CLOEXEC();
            int both = (int) OPEN.invokeExact(arena.allocateFrom("/proc/self/fd/" + pipe.readEnd()), flags);
            if (both < 0) {
                throw new IllegalStateException("cannot open a pipe for reading and writing");
            }
            return both;
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        } finally {
            Descriptors.close(pipe.readEnd());
            Descriptors.close(pipe.writeEnd());
        }
    }
}
