package dev.aiocontext.testkit;

import dev.aiocontext.internal.posix.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Uses descriptors by their numbers, as another program would. */
public final class RawCalls {
    private static final int F_DUPFD = 0;
    private static final int WRITTEN = 8;
    private static final int MOST_READ = 512;

    private RawCalls() {}

    /** Writes eight bytes. */
    public static void write(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            long written = Libc.write(fd, arena.allocate(WRITTEN), WRITTEN);
            if (written != WRITTEN) {
                throw new AssertionError("write(fd " + fd + ") returned " + written);
            }
        }
    }

    /**
     * Reads what is there, up to 512 bytes.
     *
     * @return how many bytes it was, or a negative errno
     */
    public static long read(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MOST_READ);
            return Libc.read(fd, buffer, buffer.byteSize());
        }
    }

    /** {@return another number for the same file} */
    public static int duplicate(int fd) {
        return duplicate(fd, 0);
    }

    /** {@return another number for the same file, the lowest one that is free and not less than a number} */
    public static int duplicate(int fd, int least) {
        int duplicate = Libc.fcntl(fd, F_DUPFD, least);
        if (duplicate <= 0) {
            throw new AssertionError("fcntl(fd " + fd + ") returned " + duplicate);
        }
        return duplicate;
    }
}
