package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdSource;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.testkit.Complaints;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.LossyDoorbell;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.RawCalls;
import dev.aiocontext.testkit.Rounds;
import dev.aiocontext.testkit.Strace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that fail, or do less than they were told, in the thread that makes them. */
class FailedCallsTest {
    private static final int FAULTS = 20;
    private static final String TIMES = ":when=1.." + 2 * FAULTS + "+2";

    @TempDir
    Path directory;

    @BeforeAll
    static void straceWorks() {
        Strace.assumeItWorks();
    }

    private Strace attach(int tid, String... options) throws IOException {
        return Strace.attach(directory.resolve("log"), List.of(tid), options);
    }

    private static LoopThread loop(RelayMode relay) {
        LoopThread loop = new LoopThread(AioContext.builder().relay(relay).open());
        Rounds.pingPong(loop, 100); // everything is loaded now
        return loop;
    }

    /** All wake-ups arrive while a thread's calls have the fault, and the loop sleeps afterwards. */
    private void nothingIsLost(LoopThread loop, int tid, String... options) throws IOException {
        try (Strace strace = attach(tid, options)) {
            Eventually.holds(String.join(" ", options), () -> {
                Rounds.pingPong(loop, 20);
                return strace.injected().size() >= FAULTS;
            });
        }
        loop.awaitBlocked();
        Rounds.pingPong(loop, 10);
    }

    /** The doorbell and the relay's pipe are read by the loop: 0 is the end of a file, 512 a drained buffer full. */
    @ParameterizedTest
    @ValueSource(strings = {"error=EAGAIN", "retval=0", "retval=3", "retval=64", "retval=512"})
    void aReadThatGivesNothingOrLessIsMadeAgain(String fault) throws IOException {
        try (LoopThread loop = loop(RelayMode.THREAD)) {
            nothingIsLost(loop, loop.tid(), "read:" + fault + TIMES);
        }
    }

    /** As with each of these the doorbell was never written: the relay makes up for it. */
    @ParameterizedTest
    @CsvSource({
        "THREAD, eventfd, error=EAGAIN",
        "THREAD, eventfd, retval=8",
        "THREAD, eventfd, retval=3",
        "THREAD, pipe, error=EAGAIN",
        "THREAD, pipe, retval=8",
        "THREAD, pipe, retval=3",
        "DEFERRED, eventfd, error=EAGAIN",
        "DEFERRED, pipe, error=EAGAIN"
    })
    void aDoorbellWhoseWriteIsLostInTheKernelIsRescued(RelayMode relay, String kind, String fault) throws IOException {
        try (LoopThread loop = kind.equals("pipe") ? withPipe(relay) : loop(relay)) {
            long rescuesBefore = loop.context.statistics().relay().rescues();
            nothingIsLost(loop, Libc.gettid(), "write:" + fault + TIMES);
            assertThat(loop.context.statistics().relay().rescues()).isGreaterThan(rescuesBefore);
        }
    }

    private LoopThread withPipe(RelayMode relay) throws IOException {
        try (Strace strace = attach(Libc.gettid(), "eventfd2:error=ENOSYS")) {
            LoopThread loop = loop(relay);
            assertThat(strace.injected()).hasSize(1);
            return loop;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"error=EAGAIN", "retval=128", "retval=64"})
    void aRecordThatTheRelayCannotWriteIsNotNeeded(String fault) throws IOException {
        try (LoopThread loop = loop(RelayMode.THREAD)) {
            nothingIsLost(loop, KernelThreads.tid(RelayFaultsTest.RELAY_THREAD), "write:" + fault + TIMES);
            assertThat(loop.context.statistics().relay().rescues()).isZero();
        }
    }

    @Test
    void aRelayThreadThatCannotWaitStaysAndDeliversAllTheSame() throws IOException {
        AtomicInteger ran = new AtomicInteger();
        try (Complaints complaints = new Complaints();
                LoopThread loop = new LoopThread(
                        new LossyDoorbell(1).open(AioContext.builder().relay(RelayMode.THREAD)))) {
            loop.awaitBlocked();
            int relayThread = KernelThreads.tid(RelayFaultsTest.RELAY_THREAD);
            try (Strace strace = attach(relayThread, "rt_sigtimedwait:error=EINVAL:when=1..2")) {
                for (int i = 1; i <= 5; i++) {
                    int round = i;
                    loop.context.execute(ran::incrementAndGet);
                    Eventually.holds("task " + i + " is rescued", () -> ran.get() == round);
                }
                Eventually.holds("the wait failed", () -> strace.injected().size() == 2);
            }
            assertThat(KernelThreads.tid(RelayFaultsTest.RELAY_THREAD)).isEqualTo(relayThread);
            assertThat(complaints.heard).hasSize(2).first().asString().contains("sigwait failed: EINVAL");
        }
    }

    @Test
    void signalsThatCannotBeSentAreLoggedOnceAndTheWorkIsDone() throws IOException {
        AtomicInteger ran = new AtomicInteger();
        try (Complaints complaints = new Complaints();
                LoopThread loop = loop(RelayMode.THREAD)) {
            try (Strace strace = attach(Libc.gettid(), "tgkill:error=EPERM")) {
                for (int i = 1; i <= 3; i++) {
                    int round = i;
                    loop.awaitBlocked();
                    loop.context.execute(ran::incrementAndGet);
                    Eventually.holds("task " + i + " runs", () -> ran.get() == round);
                }
                assertThat(strace.injected()).hasSize(3);
            }
            assertThat(complaints.heard)
                    .singleElement()
                    .asString()
                    .contains("cannot be signalled")
                    .contains("tgkill failed: EPERM");
            Rounds.pingPong(loop, 10);
        }
    }

    @Test
    void aRelayThreadThatCannotBeToldToEndStaysAndTheContextIsClosed() throws IOException {
        LoopThread loop = loop(RelayMode.THREAD);
        int relayThread = KernelThreads.tid(RelayFaultsTest.RELAY_THREAD);
        try {
            loop.context.stop();
            Eventually.ends(loop.thread);
            try (Complaints complaints = new Complaints();
                    Strace strace = attach(Libc.gettid(), "tgkill:error=EPERM")) {
                loop.context.close();
                assertThat(strace.injected()).hasSize(1);
                assertThat(complaints.heard)
                        .singleElement()
                        .asString()
                        .contains("cannot be told to end")
                        .contains("tgkill failed: EPERM");
            }
            assertThat(KernelThreads.tid(RelayFaultsTest.RELAY_THREAD)).isEqualTo(relayThread);
            loop(RelayMode.THREAD).close(); // with another thread, which ends
        } finally {
            assertThat(Libc.tgkill((int) ProcessHandle.current().pid(), relayThread, Signals.SIGIO))
                    .isZero();
        }
        Eventually.holds(
                "it ends with the next signal",
                () -> KernelThread.find(relayThread).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"POLL, ppoll, ppoll failed: ", "EPOLL, epoll_pwait2, epoll_wait(fd "})
    void aWaitThatFailsIsToldToWhoPollsAndThePollAfterItGoesOn(MonitorMode monitor, String call, String message)
            throws IOException {
        try (AioContext ctx = AioContext.builder().monitor(monitor).open()) {
            AtomicInteger ran = new AtomicInteger();
            BottomHalf idle = ctx.newBottomHalf("idle", ran::incrementAndGet); // lets the loop wait for 10 ms
            idle.scheduleIdle();
            SyscallException failure;
            try (Strace strace = attach(Libc.gettid(), call + ":error=ENOMEM:when=1")) {
                failure = catchThrowableOfType(SyscallException.class, () -> ctx.poll(true));
                assertThat(strace.injected()).hasSize(1);
            }
            assertThat(failure).hasMessageStartingWith(message).hasMessageContaining(" failed: ENOMEM");
            assertThat(ran).hasValue(0);
            ctx.poll(true);
            assertThat(ran).hasValue(1);
            idle.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ENOSYS", "EPERM", "EACCES"})
    void whereEpollPwait2IsRefusedEpollWaitTakesOver(String errno) throws IOException {
        try (AioContext ctx = AioContext.builder().monitor(MonitorMode.EPOLL).open()) {
            AtomicInteger ran = new AtomicInteger();
            BottomHalf idle = ctx.newBottomHalf("idle", ran::incrementAndGet); // lets the loop wait for 10 ms
            try (Strace strace = attach(Libc.gettid(), "epoll_pwait2:error=" + errno)) {
                for (int round = 1; round <= 3; round++) {
                    idle.scheduleIdle();
                    ctx.poll(true);
                    assertThat(ran).hasValue(round);
                }
                assertThat(strace.injected()).hasSize(1);
            }
            idle.close();
        }
    }

    /** When the context may choose, it does without epoll from then on. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "epoll_create1:error=EMFILE",
                "epoll_ctl:error=ENOMEM:when=1",
                "epoll_ctl:error=ENOSPC:when=5",
                "epoll_pwait2:error=ENOMEM:when=1"
            })
    void whereEpollFailsPollTakesOver(String fault) throws IOException {
        Map<Integer, String> before = OpenFiles.now();
        List<EventNotifier> notifiers = new ArrayList<>();
        try (AioContext ctx = AioContext.builder().relay(RelayMode.OFF).open()) {
            ctx.poll(false); // the home thread from now on, which need not wake itself
            AtomicInteger calls = new AtomicInteger();
            for (int i = 0; i < 8; i++) {
                EventNotifier notifier = EventNotifier.open();
                notifiers.add(notifier);
                ctx.onReadable(notifier.fd(), (source, events) -> {
                    assertThat(notifier.testAndClear()).isTrue();
                    calls.incrementAndGet();
                });
            }
            BottomHalf idle = ctx.newBottomHalf("idle", () -> {});
            idle.scheduleIdle();
            try (Strace strace = attach(Libc.gettid(), fault)) {
                ctx.poll(true);
                assertThat(strace.injected()).hasSize(1);
            }
            assertThat(OpenFiles.since(before)).hasSize(1 + notifiers.size());
            notifiers.forEach(EventNotifier::set);
            while (calls.get() < notifiers.size()) {
                assertThat(ctx.poll(true)).isTrue();
            }
            idle.close();
        }
        notifiers.forEach(EventNotifier::close);
        assertThat(OpenFiles.since(before)).isEmpty();
    }

    @Test
    void anEpollSetThatCannotBeBuiltAnewStaysInUse() {
        Map<Integer, String> before = OpenFiles.now();
        assertTimeoutPreemptively(Eventually.LIMIT, this::failToBuildAnew); // a deaf loop sleeps for ever
        assertThat(OpenFiles.since(before)).isEmpty();
    }

    private void failToBuildAnew() throws IOException {
        Descriptors.Pipe pipe = Descriptors.pipe();
        int duplicate = RawCalls.duplicate(pipe.readEnd());
        try (EventNotifier notifier = EventNotifier.open();
                AioContext ctx = AioContext.builder()
                        .relay(RelayMode.OFF)
                        .monitor(MonitorMode.EPOLL)
                        .open()) {
            ctx.onReadable(
                    notifier.fd(),
                    (source, events) -> assertThat(notifier.testAndClear()).isTrue());
            // epoll(7): a file that is closed while a duplicate lives on reports for ever, until the set is built anew.
            ctx.onReadable(pipe.readEnd(), (source, events) -> {});
            RawCalls.write(pipe.writeEnd());
            Descriptors.close(pipe.readEnd());
            ctx.source(pipe.readEnd()).ifPresent(FdSource::close);
            assertThat(ctx.poll(false)).isFalse();
            SyscallException failure;
            try (Strace strace = attach(Libc.gettid(), "epoll_ctl:error=ENOMEM:when=1")) {
                failure = catchThrowableOfType(SyscallException.class, () -> ctx.poll(false));
                assertThat(strace.injected()).hasSize(1);
            }
            assertThat(failure).hasMessageContaining("failed: ENOMEM");
            Thread waker = Thread.ofPlatform().start(() -> ctx.execute(ctx::stop));
            ctx.run();
            Eventually.ends(waker);
            notifier.set();
            assertThat(ctx.poll(true)).isTrue();
        }
        Descriptors.close(duplicate);
        Descriptors.close(pipe.writeEnd());
    }
}
