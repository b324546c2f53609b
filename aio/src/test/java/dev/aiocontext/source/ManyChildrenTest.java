package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Rounds;
import dev.aiocontext.testkit.Spawn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ten thousand short children of one loop, while signals interrupt its system calls. */
class ManyChildrenTest {
    private static final int MOST_AT_ONCE = 50;
    private static final int CODES = 7;

    /** SIGRTMAX - 2: the JDK interrupts system calls by it. Its handler does nothing, and restarts no call. */
    private static final int INTERRUPTING = 62;

    private final Map<Integer, Integer> running = new HashMap<>();
    private int told;

    @ParameterizedTest
    @CsvSource({"POLL,OFF", "EPOLL,THREAD"})
    void allAreToldAndReapedUnderAStormOfSignalsWithoutAThreadEach(MonitorMode monitor, RelayMode relay)
            throws Exception {
        int children = Rounds.of(10_000);
        requireHandlerOfInterrupts();
        AtomicBoolean over = new AtomicBoolean();
        int home = Libc.gettid();
        List<String> others = childrenOf(home); // of a test before this one
        int process = (int) ProcessHandle.current().pid();
        Map<Integer, String> before = Map.of();
        try (AioContext context =
                AioContext.builder().monitor(monitor).relay(relay).open()) {
            before = OpenFiles.now();
            Thread storm = Thread.ofPlatform().start(() -> {
                while (!over.get()) {
                    if (!isPending(home)) {
                        Libc.tgkill(process, home, INTERRUPTING);
                    }
                }
            });
            try {
                int threads = KernelThread.all().size();
                for (int started = 0; started < children; started++) {
                    int code = started % CODES;
                    int pid = Spawn.shell("exit " + code);
                    running.put(pid, code);
                    ChildExit.reaping(context, pid, this::note);
                    poll(context, MOST_AT_ONCE);
                }
                poll(context, 0);
                assertThat(KernelThread.all().size()).isLessThan(threads + CODES); // compilers come and go
            } finally {
                over.set(true);
                Eventually.ends(storm);
            }
            context.poll(false);
            assertThat(OpenFiles.since(before).values()).noneMatch(file -> file.contains("pidfd"));
        }
        assertThat(told).isEqualTo(children);
        assertThat(childrenOf(home))
                .as("beside %s", others)
                .allMatch(child -> child.isEmpty() || others.contains(child));
    }

    private static List<String> childrenOf(int thread) throws IOException {
        String numbers = Files.readString(Path.of("/proc/self/task/" + thread + "/children"));
        return Arrays.asList(numbers.strip().split(" "));
    }

    private void note(ChildExit source, ExitStatus status) {
        told++;
        int code = Objects.requireNonNull(running.remove((int) source.pid()));
        assertThat(status.code()).hasValue(code);
    }

    private void poll(AioContext context, int most) {
        long deadline = System.nanoTime() + Eventually.LIMIT.toNanos();
        while (running.size() > most) {
            context.poll(Eventually.LIMIT);
            assertThat(System.nanoTime() - deadline)
                    .as(() -> "still running: " + running)
                    .isNegative();
        }
    }

    /** Signals of this kind queue up, and the user may have so many pending: one at a time. */
    private static boolean isPending(int tid) {
        String pending = KernelThread.find(tid).orElseThrow().status().get("SigPnd");
        return Long.parseUnsignedLong(pending, 16) != 0;
    }

    /** The JDK sets the handler when a channel first blocks. Without a handler the signal would end the JVM. */
    private static void requireHandlerOfInterrupts() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.sink().write(ByteBuffer.allocate(1));
        pipe.source().read(ByteBuffer.allocate(1));
        pipe.sink().close();
        pipe.source().close();
        String caught = KernelThread.current().status().get("SigCgt");
        assertThat(Long.parseUnsignedLong(caught, 16) >>> (INTERRUPTING - 1) & 1)
                .as("SigCgt " + caught)
                .isOne();
    }
}
