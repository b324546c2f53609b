package dev.aiocontext;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.LossyDoorbell;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Closing waits for notifiers and for the relay thread, so each of them must leave, whatever it has done. */
class RelayCloseTest {
    @ParameterizedTest
    @EnumSource(names = {"THREAD", "DEFERRED"})
    void nobodyIsWaitedForOnceTheWakeUpsAreOver(RelayMode mode) {
        LossyDoorbell doorbell = new LossyDoorbell(1); // nothing but the relay wakes it
        AioContext context = doorbell.open(AioContext.builder().relay(mode));
        LoopThread loop = new LoopThread(context);
        AtomicInteger ran = new AtomicInteger();
        for (int round = 1; round <= 3; round++) {
            int expected = round;
            loop.awaitBlocked();
            context.execute(ran::incrementAndGet);
            Eventually.holds("the relay delivers it", () -> ran.get() == expected);
        }
        Thread closer = Thread.ofPlatform().daemon().start(loop::close);
        Eventually.ends(closer);
        // The kernel knows a thread for some time yet that Java has seen ending, and it may sleep on its way out.
        Eventually.holds("no relay thread is left", () -> !KernelThreads.isSleeping("aiocontext-sigi"));
    }
}
