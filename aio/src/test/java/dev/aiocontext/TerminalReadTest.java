package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.RealDescriptors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A read of a terminal that is cancelled, as JLine's issues 2219 and 2222 have it: a thread that is in read(2) cannot be interrupted, and takes
 * the line that its successor waits for.
 */
final class TerminalReadTest {
    private final RealDescriptors files = new RealDescriptors();
    private final List<String> got = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws IOException {
        files.close();
    }

    private static String read(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(64);
            Libc.read(fd, buffer, buffer.byteSize() - 1);
            return buffer.getString(0).strip();
        }
    }

    private static void type(int fd, String line) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(line + "\n");
            Libc.write(fd, bytes, bytes.byteSize() - 1);
        }
    }

    @Test
    void aBlockedReadCannotBeCancelledAndStealsTheNextLine() {
        RealDescriptors.Terminal terminal = files.terminal();
        AtomicInteger tid = new AtomicInteger();
        Thread cancelled = Thread.ofPlatform().daemon().start(() -> {
            tid.set(Libc.gettid());
            got.add("the cancelled read got " + read(terminal.slave()));
        });
        Eventually.holds("it is blocked", () -> tid.get() != 0 && KernelThreads.isSleeping(tid.get()));
        cancelled.interrupt();
        type(terminal.master(), "first");
        Eventually.ends(cancelled);
        assertThat(got).containsExactly("the cancelled read got first");
    }

    @Test
    void aThreadThatAwaitsTheTerminalIsCancelledAndStealsNothing() throws Exception {
        RealDescriptors.Terminal terminal = files.terminal();
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            for (boolean virtual : new boolean[] {true, false}) {
                got.clear();
                Thread cancelled = start(virtual, loop.context, terminal.slave());
                loop.awaitBlocked();
                cancelled.interrupt();
                Eventually.ends(cancelled);
                Thread successor = start(virtual, loop.context, terminal.slave());
                loop.awaitBlocked();
                type(terminal.master(), "first");
                Eventually.ends(successor);
                assertThat(got).containsExactly("cancelled", "got first");
            }
        }
    }

    private Thread start(boolean virtual, AioContext context, int fd) {
        Runnable reader = () -> {
            try {
                context.awaitReady(fd, FdEvents.READ);
                got.add("got " + read(fd));
            } catch (InterruptedException e) {
                got.add("cancelled");
            }
        };
        return virtual ? Thread.ofVirtual().start(reader) : Thread.ofPlatform().start(reader);
    }
}
