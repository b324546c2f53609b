package dev.aiocontext;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.Rounds;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Another thread changes an edge-triggered source of a descriptor that is ready. The kernel tells the edge within the change, so the loop may
 * hear of it before the change is whole. The edge is told once, and must reach the handler all the same.
 */
class EdgeTriggeredRaceTest {
    private static final int ROUNDS = Rounds.of(10_000);

    /** In looks at nothing: some 20 us. */
    private static final int LONGEST_PAUSE = 1_000;

    private static final int SPINS = 10_000;
    private static final FdEvents READ = FdEvents.READ.edgeTriggered();
    private static final FdEvents PRIORITY = FdEvents.PRIORITY.edgeTriggered();

    private final Opened opened = new Opened();
    private final EventNotifier notifier = opened.notifier(); // readable and writable in each test
    private final LoopThread loop = new LoopThread(opened.context(
            AioContext.builder().relay(RelayMode.OFF).polling(Duration.ZERO))); // sleeps as soon as it can
    private final AioContext ctx = loop.context;
    private final AtomicInteger told = new AtomicInteger();

    @BeforeEach
    void set() {
        notifier.set();
    }

    @AfterEach
    void close() {
        loop.close();
        opened.close();
    }

    @Test
    void aSourceThatIsResumedIsToldTheEdge() {
        try (FdSource source = ctx.watch(notifier.fd(), READ, (self, events) -> told.incrementAndGet())) {
            for (int round = 0; round < ROUNDS; round++) {
                source.suspend();
                pause(round);
                isTold(source::resume);
            }
        }
    }

    @Test
    void aSourceWithANewInterestIsToldTheEdge() {
        try (FdSource source = ctx.watch(notifier.fd(), READ, (self, events) -> told.incrementAndGet())) {
            for (int round = 0; round < ROUNDS; round++) {
                source.interest(PRIORITY);
                pause(round);
                isTold(() -> source.interest(READ));
            }
        }
    }

    @Test
    void aSourceWithAFurtherInterestIsToldTheEdgesOfBoth() {
        try (FdSource source = ctx.watch(notifier.fd(), READ, (self, events) -> {
            if (events.isWritable()) {
                told.incrementAndGet();
            }
        })) {
            for (int round = 0; round < ROUNDS; round++) {
                source.interest(READ);
                pause(round);
                isTold(() -> source.interest(READ.and(FdEvents.WRITE)));
            }
        }
    }

    @Test
    void aSourceThatReplacesAnotherIsToldTheEdge() {
        for (int round = 0; round < ROUNDS; round++) {
            AtomicInteger before = new AtomicInteger();
            FdSource replaced = ctx.watch(notifier.fd(), READ, (self, events) -> before.incrementAndGet());
            Eventually.holds("the first source is told", () -> before.get() > 0);
            isTold(() -> ctx.watch(notifier.fd(), READ, (self, events) -> told.incrementAndGet()));
            Eventually.holds("the first source is closed", () -> !replaced.isOpen());
        }
        ctx.source(notifier.fd()).orElseThrow().close();
    }

    /** Lets the loop go on its way to sleep, each time a little further. */
    private static void pause(int round) {
        for (int spin = round % LONGEST_PAUSE; spin > 0; spin--) {
            Thread.onSpinWait();
        }
    }

    private void isTold(Runnable change) {
        int before = told.get();
        change.run();
        for (int spin = 0; spin < SPINS && told.get() == before; spin++) {
            Thread.onSpinWait();
        }
        if (told.get() == before) {
            Eventually.holds("the handler is told after the change", () -> told.get() > before);
        }
    }
}
