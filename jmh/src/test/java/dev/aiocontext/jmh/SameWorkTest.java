package dev.aiocontext.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.RelayMode;
import dev.aiocontext.jmh.calls.Call;
import dev.aiocontext.jmh.calls.CallWay;
import dev.aiocontext.jmh.calls.Fixture;
import dev.aiocontext.jmh.machine.CLibrary;
import dev.aiocontext.jmh.peer.AwakeNotifier;
import dev.aiocontext.jmh.peer.CRelayChain;
import dev.aiocontext.jmh.peer.DescriptorSet;
import dev.aiocontext.jmh.peer.InsuredLoop;
import dev.aiocontext.jmh.peer.LoopPeer;
import dev.aiocontext.jmh.peer.NotifiedLoop;
import dev.aiocontext.jmh.peer.Polling;
import dev.aiocontext.jmh.peer.PoolRoundTrip;
import dev.aiocontext.jmh.peer.RoundTrip;
import dev.aiocontext.jmh.peer.TaskLoop;
import dev.aiocontext.jmh.peer.Threads;
import dev.aiocontext.jmh.peer.TimerSet;
import dev.aiocontext.jmh.peer.VirtualRoundTrip;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import io.netty.channel.uring.IoUring;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The library and its peers do the same work: what a benchmark asks of each is counted where it is done. */
class SameWorkTest {
    private static final int TIMES = 300;

    /** Enough to meet the moments in which a thread that should be waited for is not. */
    private static final int MANY = 20_000;

    private static void assumeAvailable(String name) {
        if (name.contains("IO_URING")) {
            assumeThat(IoUring.isAvailable()).as("io_uring").isTrue();
        }
        if (name.startsWith("C_") || name.equals("JNI")) {
            assumeThat(CLibrary.problem()).as("C baseline").isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LoopPeer.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"PARK", "SPIN", "FFM_POLL"})
    void aLoopRunsEveryTaskOnceInOrderOnOneThread(LoopPeer peer) {
        assumeAvailable(peer.name());
        AtomicLong inOrder = new AtomicLong();
        AtomicLong onOneThread = new AtomicLong();
        Thread[] runner = new Thread[1];
        try (TaskLoop loop = peer.open()) {
            Threads.runOn(loop, () -> runner[0] = Thread.currentThread());
            for (int i = 0; i < TIMES; i++) {
                long number = i;
                loop.execute(() -> {
                    inOrder.compareAndSet(number, number + 1);
                    if (Thread.currentThread() == runner[0]) {
                        onOneThread.incrementAndGet();
                    }
                });
            }
            Threads.runOn(loop, () -> {});
        }
        assertThat(inOrder).hasValue(TIMES);
        assertThat(onOneThread).hasValue(TIMES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AIO_POLL", "AIO_EPOLL", "NETTY_NIO", "NETTY_EPOLL", "NETTY_IO_URING", "SELECTOR", "THREAD_POOL",
                "VIRTUAL_THREAD", "PARK", "SPIN", "FFM_POLL", "C_POLL", "C_EPOLL", "C_SPIN"
            })
    void eachTripIsOneAnswer(String peer) {
        assumeAvailable(peer);
        for (RoundTrip.Reply reply : RoundTrip.Reply.values()) {
            for (Polling polling : Polling.values()) {
                try (RoundTrip roundTrip = RoundTrip.open(peer, polling, reply)) {
                    for (int i = 0; i < TIMES; i++) {
                        roundTrip.trip();
                    }
                    assertThat(roundTrip.answers()).as("%s %s", reply, polling).isEqualTo(TIMES);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(DescriptorSet.Peer.class)
    void eachEventIsOneRead(DescriptorSet.Peer peer) {
        assumeAvailable(peer.name());
        try (DescriptorSet set = DescriptorSet.open(peer, 20, 20)) {
            set.handle(1, TIMES);
            set.handle(20, TIMES);
            assertThat(set.handled()).isEqualTo(2L * TIMES);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DescriptorSet.Peer.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SELECTOR", "C_POLL"}) // the one has pipes of two ends, the other nothing to change
    void aChangedInterestIsOneOfAPipeMore(DescriptorSet.Peer peer) {
        assumeAvailable(peer.name());
        try (DescriptorSet set = DescriptorSet.open(peer, 20, 1)) {
            set.changeInterest(TIMES);
            set.changeInterest(TIMES);
            set.handle(1, TIMES);
            assertThat(set.handled()).as("the others are watched as before").isEqualTo(TIMES);
        }
    }

    @ParameterizedTest
    @EnumSource(AwakeNotifier.Way.class)
    void aNotifiedLoopThatIsAwakeRunsAllThatItWasGiven(AwakeNotifier.Way way) {
        assumeAvailable(way.name());
        try (AwakeNotifier notifier = new AwakeNotifier(way, RelayMode.OFF, TIMES)) {
            notifier.hold();
            notifier.notifyMany();
            assertThat(notifier.runs()).as("while it is held").isZero();
            notifier.release();
            boolean bare = way.name().endsWith("WAKEUP") || way == AwakeNotifier.Way.C_FLAG;
            assertThat(notifier.runs()).isEqualTo(bare ? 0 : TIMES);
        }
    }

    @ParameterizedTest
    @EnumSource(PoolRoundTrip.Peer.class)
    void eachTripToAPoolIsOnePieceOfWork(PoolRoundTrip.Peer peer) throws InterruptedException, ExecutionException {
        try (PoolRoundTrip pool = PoolRoundTrip.open(peer)) {
            for (int i = 1; i <= TIMES; i++) {
                assertThat(pool.trip()).isEqualTo(i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(VirtualRoundTrip.Peer.class)
    void eachTripOfAVirtualThreadIsOneQuestion(VirtualRoundTrip.Peer peer) throws Exception {
        try (VirtualRoundTrip asker = VirtualRoundTrip.open(peer)) {
            FutureTask<Long> trips = new FutureTask<>(() -> {
                asker.trips(TIMES);
                return asker.asked();
            });
            Threads.join(Thread.startVirtualThread(trips));
            assertThat(trips.get()).isEqualTo(TIMES);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = InsuredLoop.Insurance.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = "RELAY_PROCESS") // this JVM does not block SIGIO
    void eachWakeIsOneRunWhateverTheInsurance(InsuredLoop.Insurance insurance) {
        try (InsuredLoop loop = new InsuredLoop(insurance)) {
            assertEachWakeIsOneRun(loop);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = RelayMode.class,
            names = {"OFF", "THREAD"})
    void eachWakeOfTheChainInCIsOneRun(RelayMode relay) {
        assumeAvailable("C_" + relay);
        try (CRelayChain chain = new CRelayChain(relay)) {
            assertEachWakeIsOneRun(chain);
        }
    }

    private static void assertEachWakeIsOneRun(NotifiedLoop loop) {
        for (int i = 0; i < TIMES; i++) {
            loop.settle();
            loop.wakeAndWait();
        }
        for (int i = 0; i < MANY; i++) {
            loop.settle();
            loop.wake();
        }
        loop.settle();
        // Now and then, more often on a busy machine, a loop sleeps because the JVM has halted it: two wakes are one
        // run then.
        // A loop that nobody waits for runs once for many.
        assertThat(loop.runs()).isBetween(TIMES + MANY / 2L, (long) TIMES + MANY);
    }

    @ParameterizedTest
    @EnumSource(
            value = InsuredLoop.Insurance.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "RELAY_PROCESS"})
    void anInsuranceMakesGoodForEachDoorbellThatIsLost(InsuredLoop.Insurance insurance) {
        try (InsuredLoop loop = new InsuredLoop(insurance)) {
            loop.deafen(true);
            for (int i = 1; i <= 3; i++) {
                loop.settle();
                loop.wakeAndWait();
                assertThat(loop.runs()).isEqualTo(i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(CallWay.Way.class)
    void eachWayMakesTheCalls(CallWay.Way way) {
        assumeAvailable(way.name());
        try (Fixture fixture = new Fixture()) {
            Map<Integer, String> before = OpenFiles.now();
            CallWay calls = CallWay.open(way, fixture);
            for (Call call : Call.values()) {
                calls.repeat(call, TIMES); // throws if one of them fails
            }
            assertThat(fixture.isDrained()).as("what is written is read").isTrue();
            assertThat(OpenFiles.since(before)).as("what is opened is closed").isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TimerSet.Peer.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"HASHED_WHEEL", "FORK_JOIN", "COMPARE_AND_SET"}) // threads of their own fire them, or nobody
    void eachTimerFiresOnceUnlessItIsDisarmed(TimerSet.Peer peer) {
        try (TimerSet timers = TimerSet.open(peer, TIMES)) {
            timers.armAndPass(TIMES, () -> TimerSet.SHORTEST);
            timers.fireDue();
            assertThat(timers.fired()).as("armed").isEqualTo(TIMES);
            for (int i = 0; i < TIMES; i++) {
                timers.arm(i, TimerSet.SHORTEST);
                timers.rearm(i, TimerSet.LONGEST);
                timers.cancel(i);
            }
            timers.pass(2 * TimerSet.LONGEST);
            timers.fireDue();
            assertThat(timers.fired()).as("disarmed").isEqualTo(TIMES);
        }
    }

    @Test
    void anIdleLoopIsInsuredByWakingUp() {
        try (InsuredLoop loop = new InsuredLoop(InsuredLoop.Insurance.WAIT_10MS)) {
            long before = loop.loopNanos();
            Eventually.holds("the loop wakes up", () -> loop.loopNanos() != before);
        }
    }
}
