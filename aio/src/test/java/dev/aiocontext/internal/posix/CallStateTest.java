package dev.aiocontext.internal.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CallStateTest {
    private static final int THREADS = 3;
    private static final int ROUNDS = 300_000;

    /** What the numbers of threads of one chain have in common. */
    private static final int CHAINS = 64;

    private static List<Thread> ofOneChain(Runnable body) {
        List<Thread> threads = new ArrayList<>();
        while (threads.size() < THREADS) {
            Thread thread = Thread.ofPlatform().daemon().unstarted(body);
            if (threads.isEmpty() || (threads.getFirst().threadId() - thread.threadId()) % CHAINS == 0) {
                threads.add(thread);
            }
        }
        return threads;
    }

    @Test
    void aThreadThatMakesTwoCallsAtOnceHasTwoPlaces() {
        CallState one = CallState.take();
        CallState other = CallState.take();
        assertThat(one.segment.address()).isNotEqualTo(other.segment.address());
        other.busy = false;
        one.busy = false;
        assertThat(CallState.take()).as("the first place again").isSameAs(one);
        one.busy = false;
    }

    @Test
    void twoThreadsInCallsNeverShareAPlace() {
        ConcurrentHashMap<Long, AtomicInteger> users = new ConcurrentHashMap<>();
        AtomicInteger shared = new AtomicInteger();
        List<Thread> threads = ofOneChain(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                CallState state = CallState.take();
                AtomicInteger here = users.computeIfAbsent(state.segment.address(), place -> new AtomicInteger());
                if (here.incrementAndGet() != 1) {
                    shared.incrementAndGet();
                }
                here.decrementAndGet();
                state.busy = false;
            }
        });
        threads.forEach(Thread::start);
        threads.forEach(Eventually::ends);
        assertThat(shared).as("places that two threads had at once").hasValue(0);
        assertThat(users).as("places of one chain").hasSizeBetween(1, THREADS + 1);
    }
}
