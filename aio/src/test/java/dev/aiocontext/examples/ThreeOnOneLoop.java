package dev.aiocontext.examples;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.FdSource;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** A timer, an inotify descriptor and a worker on one loop: every callback runs on the thread that called run(). */
public final class ThreeOnOneLoop {
    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory("watched");
        int inotify = libc("inotify_init1", 0);

        try (Arena arena = Arena.ofConfined();
                AioContext ctx = AioContext.open()) {
            MemorySegment buffer = arena.allocate(4096);
            libc("inotify_add_watch", inotify, arena.allocateFrom(directory.toString()), 8 /* IN_CLOSE_WRITE */);

            AioTimer ticks = ctx.every(Duration.ofMillis(100), () -> System.out.println("tick"));
            FdSource files = ctx.onReadable(inotify, (source, events) -> {
                libc("read", source.fd(), buffer, buffer.byteSize());
                System.out.println("inotify: " + buffer.getString(16) + " was written"); // inotify_event.name
                ctx.stop();
            });
            Path report = directory.resolve("report.txt");
            ctx.threadPool().submit(() -> slowlyWrite(report)).whenComplete((path, failure) -> {
                System.out.println("worker: " + (failure == null ? "done" : failure));
            });
            ctx.run(); // until ctx.stop()
            ticks.close();
            files.close();
        } finally {
            libc("close", inotify);
        }
    }

    private static Path slowlyWrite(Path file) throws Exception {
        Thread.sleep(250);
        return Files.writeString(file, "42");
    }

    /** Calls a function of the C library: Integer, Long and MemorySegment become int, long and a pointer. */
    @SuppressWarnings("restricted")
    private static int libc(String function, Object... arguments) {
        MemoryLayout[] parameters = Stream.of(arguments)
                .map(a -> a instanceof Integer ? JAVA_INT : a instanceof Long ? JAVA_LONG : ADDRESS)
                .toArray(MemoryLayout[]::new);
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup().find(function).orElseThrow();
        try {
            int result = (int) linker.downcallHandle(address, FunctionDescriptor.of(JAVA_INT, parameters))
                    .invokeWithArguments(arguments);
            if (result < 0) {
                throw new IllegalStateException(function + " failed");
            }
            return result;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
