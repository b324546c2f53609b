package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SigioSource;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.pollfd;
import dev.aiocontext.bindings.linux.timespec;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.testkit.Complaints;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.LossyDoorbell;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Rounds;
import dev.aiocontext.testkit.Strace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A relay thread that stalls, signals that coalesce, a pipe that is full. */
class RelayFaultsTest {
    /** The kernel keeps 15 characters of its name. */
    static final String RELAY_THREAD = "aiocontext-sigi";

    private static final int PID = (int) ProcessHandle.current().pid();

    @TempDir
    Path directory;

    /** Holds the relay thread up in its next write, until closed. */
    private Strace stall() throws IOException {
        Strace.assumeItWorks();
        return Strace.attach(
                directory.resolve("log"), List.of(KernelThreads.tid(RELAY_THREAD)), "write:delay_enter=1000s");
    }

    @Test
    void nobodyWaitsForARelayThatStalls() throws IOException {
        try (LoopThread loop =
                new LoopThread(AioContext.builder().relay(RelayMode.THREAD).open())) {
            loop.awaitBlocked();
            try (Strace stall = stall()) {
                Rounds.pingPong(loop, Rounds.of(2_000));
                stall.awaitCall("write");
                assertThat(loop.context.statistics().relay().relayed()).isZero();
            }
            Eventually.holds(
                    "the relay goes on", () -> loop.context.statistics().relay().relayed() > 0);
            loop.awaitBlocked();
            assertThat(loop.context.statistics().relay().rescues()).isZero();
        }
    }

    @Test
    void aLoopThatHearsItsDoorbellLateGetsAnEchoThatWasPutOffAndNoRescue() throws IOException {
        Strace.assumeItWorks();
        Map<Integer, String> before = OpenFiles.now();
        AioContext context = AioContext.builder()
                .relay(RelayMode.DEFERRED)
                .monitor(MonitorMode.POLL)
                .open();
        int pipe = pipes(before).min().orElseThrow();
        try (LoopThread loop = new LoopThread(context)) {
            Rounds.pingPong(loop, 100);
            loop.awaitBlocked();
            long echoes = context.statistics().relay().echoes();
            AtomicInteger ran = new AtomicInteger();
            try (Strace stall =
                    Strace.attach(directory.resolve("log"), List.of(loop.tid()), "ppoll:delay_exit=1000s")) {
                stall.awaitCall("ppoll");
                context.execute(ran::incrementAndGet);
                Eventually.holds("the relay acts", () -> isReadable(pipe));
                assertThat(ran).hasValue(0);
            }
            Eventually.holds("the task runs", () -> ran.get() == 1);
            Eventually.holds(
                    "the echo comes", () -> context.statistics().relay().echoes() > echoes);
            assertThat(context.statistics().relay().rescues()).isZero();
        }
    }

    private static boolean isReadable(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment entry = arena.allocate(pollfd.layout());
            pollfd.fd(entry, fd);
            pollfd.events(entry, (short) linux_h.POLLIN());
            return Libc.ppoll(Libc.errnoSegment(arena), entry, 1, arena.allocate(timespec.layout())) == 1;
        }
    }

    /** The ends of the pipe that was opened since. */
    private static IntStream pipes(Map<Integer, String> before) {
        return OpenFiles.since(before).entrySet().stream()
                .filter(file -> file.getValue().startsWith("pipe:"))
                .mapToInt(Map.Entry::getKey);
    }

    @Test
    void aSignalThatStandsForManyRescuesAllLoopsAsSoonAsTheRelayGoesOn() throws IOException {
        int many = 12;
        AtomicInteger ran = new AtomicInteger();
        List<LoopThread> loops = new ArrayList<>();
        try {
            for (int i = 0; i < many; i++) {
                loops.add(new LoopThread(
                        new LossyDoorbell(1).open(AioContext.builder().relay(RelayMode.THREAD))));
            }
            loops.forEach(LoopThread::awaitBlocked);
            try (Strace stall = stall()) {
                loops.getFirst().context.execute(ran::incrementAndGet);
                stall.awaitCall("write");
                loops.stream().skip(1).forEach(loop -> loop.context.execute(ran::incrementAndGet));
                loops.forEach(LoopThread::awaitBlocked);
                assertThat(ran).as("tasks that ran though no doorbell rang").hasValue(0);
            }
            Eventually.holds("all are rescued", () -> ran.get() == many);
            loops.forEach(loop -> Eventually.holds(
                    "it is counted", () -> loop.context.statistics().relay().rescues() == 1));
        } finally {
            loops.forEach(LoopThread::close);
        }
    }

    @Test
    void aFullPipeIsAsGoodAsARecord() {
        Map<Integer, String> before = OpenFiles.now();
        AioContext context = AioContext.builder().relay(RelayMode.THREAD).open();
        int writeEnd = pipes(before).max().orElseThrow();
        try (Complaints complaints = new Complaints();
                LoopThread loop = new LoopThread(context)) {
            CountDownLatch full = new CountDownLatch(1);
            AtomicInteger signals = new AtomicInteger();
            SigioSource.on(context, signal -> signals.incrementAndGet());
            CountDownLatch begun = new CountDownLatch(1);
            context.execute(() -> {
                begun.countDown();
                awaitUninterrupted(full);
            });
            awaitUninterrupted(begun); // or the loop would read what fills the pipe
            int records = fill(writeEnd);
            assertThat(Libc.tgkill(PID, KernelThreads.tid(RELAY_THREAD), Signals.SIGIO))
                    .isZero();
            Eventually.holds("the relay has tried", () -> KernelThreads.isSleeping(RELAY_THREAD));
            full.countDown();
            Eventually.holds("all records are read", () -> signals.get() >= records);
            Rounds.pingPong(loop, Rounds.of(500));
            loop.awaitBlocked();
            assertThat(complaints.heard).isEmpty();
        }
    }

    private static int fill(int pipe) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment record = arena.allocate(128);
            for (int written = 0; ; written++) {
                long result = Libc.write(pipe, record, record.byteSize());
                if (result != record.byteSize()) {
                    assertThat(result).isEqualTo(-Errno.EAGAIN);
                    return written;
                }
            }
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
