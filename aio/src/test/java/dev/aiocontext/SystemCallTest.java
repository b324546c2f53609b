package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Platform;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.ChildProcess;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which system calls the loop makes, as strace(1) sees them. */
class SystemCallTest {
    private static final int ITERATIONS = 2_000;
    private static final int CHANGES = 50;
    private static final Path BEGIN = Path.of("/aiocontext-begin");
    private static final Path END = Path.of("/aiocontext-end");

    @TempDir
    Path directory;

    @BeforeAll
    static void straceIsThere() throws IOException {
        Process look = new ProcessBuilder("sh", "-c", "command -v strace").start();
        boolean there = ChildProcess.end(look, () -> "") == 0;
        if (System.getenv("CI") == null) {
            assumeThat(there).as("strace is not installed").isTrue();
        }
        assertThat(there).as("strace is installed").isTrue();
    }

    /** A loop with nothing to do but to wait for a timer that is far away. */
    static final class Idle {
        public static void main(String[] args) {
            try (LoopThread loop = new LoopThread(AioContext.open())) {
                loop.context.execute(() -> System.out.println("tid " + Libc.gettid()));
                loop.context.after(Duration.ofHours(1), () -> {});
                loop.awaitBlocked();
                mark(BEGIN);
                LockSupport.parkNanos(300_000_000); // not to wait for anything: to watch nothing happen
                mark(END);
            }
        }
    }

    /** A loop with work in each iteration, and a descriptor if there is an argument. */
    static final class Busy {
        public static void main(String[] args) {
            try (AioContext ctx = AioContext.open();
                    EventNotifier notifier = EventNotifier.open()) {
                System.out.println("tid " + Libc.gettid());
                if (args.length > 0) {
                    ctx.onReadable(notifier.fd(), (source, events) -> {});
                }
                BottomHalf[] self = new BottomHalf[1];
                self[0] = ctx.newBottomHalf("always", () -> self[0].schedule());
                self[0].schedule();
                iterate(ctx); // classes are loaded now
                mark(BEGIN);
                iterate(ctx);
                mark(END);
                self[0].close();
            }
        }

        private static void iterate(AioContext ctx) {
            for (int i = 0; i < ITERATIONS; i++) {
                ctx.poll(true);
            }
        }
    }

    /** A loop whose sources change what they wait for: one by the home thread, the other by another thread. */
    static final class Interest {
        public static void main(String[] args) {
            AioContext.Builder epoll = AioContext.builder().monitor(MonitorMode.EPOLL);
            try (AioContext home = epoll.open();
                    LoopThread elsewhere = new LoopThread(epoll.open());
                    EventNotifier notifier = EventNotifier.open();
                    EventNotifier other = EventNotifier.open()) {
                System.out.println("tid " + Libc.gettid());
                FdSource ofHome = home.onReadable(notifier.fd(), (source, events) -> {});
                FdSource ofOther = elsewhere.context.onReadable(other.fd(), (source, events) -> {});
                change(ofHome, home);
                elsewhere.awaitBlocked();
                mark(BEGIN);
                change(ofHome, home);
                change(ofOther, null);
                mark(END);
                ofHome.close();
                ofOther.close();
            }
        }

        /** Back and forth between two that an eventfd does not have. */
        private static void change(FdSource source, @Nullable AioContext home) {
            for (int i = 0; i < CHANGES; i++) {
                source.interest(i % 2 == 0 ? FdEvents.PRIORITY : FdEvents.READ);
                if (home != null) {
                    home.poll(false);
                }
            }
        }
    }

    /** What needs every call that a kernel or a sandbox may not know: a doorbell, many descriptors, a wait of 10 ms. */
    static final class Everything {
        public static void main(String[] args) {
            List<EventNotifier> notifiers = new ArrayList<>();
            int[] calls = new int[1];
            try (AioContext ctx = AioContext.open()) {
                waitABit(ctx); // by poll
                for (int i = 0; i < 20; i++) {
                    EventNotifier notifier = EventNotifier.open();
                    notifiers.add(notifier);
                    ctx.onReadable(notifier.fd(), (source, events) -> {
                        notifier.testAndClear();
                        if (++calls[0] == notifiers.size()) {
                            ctx.stop();
                        }
                    });
                }
                waitABit(ctx); // by epoll
                ctx.threadPool()
                        .submit(() -> 1)
                        .whenComplete((result, failure) -> notifiers.forEach(EventNotifier::set));
                ctx.run();
            }
            notifiers.forEach(EventNotifier::close);
            System.out.println("called " + calls[0]);
        }

        private static void waitABit(AioContext ctx) {
            BottomHalf idle = ctx.newBottomHalf("idle", () -> {});
            idle.scheduleIdle();
            ctx.poll(true);
            idle.close();
        }
    }

    static Stream<String> faults() {
        // A kernel says ENOSYS; a sandbox may say EPERM, or EACCES.
        List<String> all = List.of(
                "eventfd2:error=ENOSYS",
                "eventfd2:error=EPERM",
                "eventfd2:error=EACCES",
                "epoll_create1:error=ENOSYS",
                "epoll_create1:error=EPERM",
                "epoll_pwait2:error=EACCES",
                "epoll_pwait2:error=EPERM",
                "epoll_pwait2:error=ENOSYS",
                "epoll_ctl:error=ENOSPC",
                "epoll_pwait2:error=EINTR:when=1..5",
                "epoll_wait:error=EINTR:when=1..5",
                "ppoll:error=EINTR:when=1..5");
        return Rounds.cases(3, all);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whatTheKernelLacksOrInterruptsIsDoneWithoutOrAgain(String faultOnX86) throws Exception {
        // On aarch64, epoll_wait is a function of the C library, over another system call.
        String fault =
                Platform.current() == Platform.AARCH64 ? faultOnX86.replace("epoll_wait", "epoll_pwait") : faultOnX86;
        Path trace = directory.resolve("trace");
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .startedBy(
                        "strace",
                        "-f",
                        "-qq",
                        "-e",
                        "trace=" + fault.substring(0, fault.indexOf(':')),
                        "-e",
                        "inject=" + fault,
                        "-o",
                        trace.toString())
                .run(Everything.class.getName());
        assertThat(result.output()).contains("called 20");
        assertThat(result.exit()).isZero();
        assertThat(trace).content().contains("(INJECTED)");
    }

    private static void mark(Path mark) {
        if (Files.exists(mark)) {
            throw new AssertionError(mark + " is only to be looked for");
        }
    }

    /** The calls of the loop's thread between the marks. */
    private List<String> trace(Class<?> program, String... arguments) throws IOException, InterruptedException {
        Trace trace = record(program, arguments);
        return trace.calls().stream()
                .filter(line -> line.startsWith(trace.tid() + " "))
                .map(line -> line.substring(trace.tid().length()).trim())
                .filter(line -> !line.startsWith("<...")) // the rest of a call that another thread's came between
                .toList();
    }

    /** The thread that the program names, and the calls of all threads between the marks, each with its thread. */
    private record Trace(String tid, List<String> calls) {}

    private Trace record(Class<?> program, String... arguments) throws IOException, InterruptedException {
        Path file = directory.resolve("trace");
        // What a loop could do; a JVM's own thread may have to wait for a safepoint (futex) or give memory back.
        String calls = "read,write,ppoll,poll,epoll_wait,epoll_pwait,epoll_pwait2,epoll_ctl,fcntl,kill,tgkill,"
                + "stat,statx,newfstatat,faccessat,faccessat2,access";
        String[] command = new String[arguments.length + 1];
        command[0] = program.getName();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        ChildJvm.Result result = ChildJvm.onClassPath()
                .startedBy(
                        "strace",
                        "-f",
                        "-qq",
                        "-e",
                        "signal=none",
                        "-e",
                        "trace=?" + calls.replace(",", ",?"),
                        "-o",
                        file.toString())
                .option("-XX:TieredStopAtLevel=1", "-Ddev.aiocontext.relay=off")
                .run(command);
        assertThat(result.exit()).as(result.output()).isZero();
        String tid = result.output()
                .lines()
                .filter(line -> line.startsWith("tid "))
                .findFirst()
                .orElseThrow()
                .substring("tid ".length());
        List<String> lines = Files.readAllLines(file);
        int begin = indexOf(lines, BEGIN);
        int end = indexOf(lines, END);
        assertThat(begin).isNotNegative().isLessThan(end);
        return new Trace(
                tid,
                lines.subList(begin + 1, end).stream()
                        .filter(line -> !line.contains("aiocontext-"))
                        .toList());
    }

    private static int indexOf(List<String> lines, Path mark) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(mark.toString())) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void anIdleLoopMakesNone() throws Exception {
        assertThat(trace(Idle.class)).isEmpty();
    }

    @Test
    void aLoopWithWorkAndNoDescriptorsMakesNone() throws Exception {
        assertThat(trace(Busy.class)).isEmpty();
    }

    @Test
    void aLoopWithWorkAndDescriptorsLooksAtThemOncePerIterationAndDoesNothingElse() throws Exception {
        assertThat(trace(Busy.class, "with a descriptor"))
                .hasSize(ITERATIONS)
                .allSatisfy(call -> assertThat(call).startsWith("ppoll("));
    }

    @Test
    void aChangeOfInterestIsOneCallWhicheverThreadMakesIt() throws Exception {
        List<String> calls = record(Interest.class).calls().stream()
                .filter(line -> line.contains("epoll_ctl(") || line.contains("fcntl("))
                .toList();
        assertThat(calls)
                .hasSize(2 * CHANGES)
                .allSatisfy(call -> assertThat(call).contains("epoll_ctl(").contains("EPOLL_CTL_MOD"));
    }
}
