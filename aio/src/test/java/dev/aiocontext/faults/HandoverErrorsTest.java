package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.FdEvents;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.RealDescriptors;
import dev.aiocontext.testkit.Rounds;
import dev.aiocontext.testkit.StackEnd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Threads that wait for the loop, while the loop polls at the end of its stack: none of them sleeps for ever. Each gets its result, or the
 * Error.
 */
class HandoverErrorsTest {
    private static final int ROUNDS = Rounds.of(100);

    /** So many frames before the end of the stack the polls begin: the deepest of our paths needs fewer. */
    private static final int FRAMES = 200;

    private static final int SPINS = 3_000;

    /** Asks the loop, or waits for a descriptor, again and again. */
    private static final class Asker {
        final AtomicInteger answers = new AtomicInteger();
        final AtomicInteger errors = new AtomicInteger();
        final Thread thread;
        private volatile boolean over;

        Asker(boolean virtual, Question question) {
            Runnable work = () -> {
                while (!over) {
                    try {
                        question.ask();
                        answers.incrementAndGet();
                    } catch (StackOverflowError e) {
                        errors.incrementAndGet();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
            };
            thread = virtual
                    ? Thread.ofVirtual().start(work)
                    : Thread.ofPlatform().daemon().start(work);
        }
    }

    private interface Question {
        void ask() throws Exception;
    }

    /** Wastes time without a call, for want of stack: meanwhile the askers ask again. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread: volatile so that the spinning is not optimised away
    private static final class Pause {
        private volatile int spins;

        void pause() {
            for (spins = SPINS; spins > 0; ) {
                spins = spins - 1;
            }
        }
    }

    /** Polls at the end of the stack of one thread after the other, and then with stack enough until all have had their answer. */
    private static int pollAtTheEndOfTheStack(AioContext context, List<Asker> askers) {
        Pause pause = new Pause();
        AtomicInteger overflows = new AtomicInteger();
        for (int round = 0; round < ROUNDS; round++) {
            StackEnd.call(FRAMES, round, fromEnd -> {
                pause.pause();
                try {
                    context.poll(false);
                } catch (StackOverflowError e) {
                    overflows.incrementAndGet();
                    throw e;
                }
            });
            int[] before =
                    askers.stream().mapToInt(asker -> asker.answers.get()).toArray();
            Eventually.ends(Thread.ofPlatform()
                    .start(() -> Eventually.holds("each is answered", () -> {
                        context.poll(false);
                        for (int i = 0; i < before.length; i++) {
                            if (askers.get(i).answers.get() == before[i]) {
                                return false;
                            }
                        }
                        return true;
                    })));
        }
        askers.forEach(asker -> asker.over = true);
        Eventually.ends(Thread.ofPlatform()
                .start(() -> Eventually.holds("all end", () -> {
                    context.poll(false);
                    return askers.stream().noneMatch(asker -> asker.thread.isAlive());
                })));
        return overflows.get();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLoopThatOverflowsAnswersEveryCaller(boolean virtual) {
        AioContext context = AioContext.open();
        List<Asker> askers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            askers.add(new Asker(virtual, () -> context.call(() -> 1)));
        }
        assertThat(pollAtTheEndOfTheStack(context, askers))
                .as("polls that overflowed")
                .isPositive();
        context.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLoopThatOverflowsTellsEveryThreadThatWaitsForADescriptor(boolean virtual) throws IOException {
        try (RealDescriptors files = new RealDescriptors()) {
            AioContext context = AioContext.open();
            List<Asker> askers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int[] pipe = files.pipe();
                BlockingQueue<Integer> wanted = new LinkedBlockingQueue<>();
                Thread.ofPlatform().daemon().start(() -> writeOnDemand(files, wanted));
                askers.add(new Asker(virtual, () -> {
                    wanted.add(pipe[1]);
                    context.awaitReady(pipe[0], FdEvents.READ);
                    files.read(pipe[0]);
                }));
            }
            assertThat(pollAtTheEndOfTheStack(context, askers))
                    .as("polls that overflowed")
                    .isPositive();
            context.close();
        }
    }

    private static void writeOnDemand(RealDescriptors files, BlockingQueue<Integer> wanted) {
        try {
            while (true) {
                files.write(wanted.take());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
