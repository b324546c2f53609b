package dev.aiocontext.stress.soak;

import java.util.Random;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A thread that puts a load on the stations, round after round. When a round has ended, all it asked for has arrived: so
 * whoever holds the lock that rounds share finds nothing under way.
 */
final class Load {
    private final Thread thread;
    private final Troubles troubles;

    /**
     * Starts it.
     *
     * @param mostPause nanoseconds: between rounds it pauses for a random time up to this
     */
    Load(
            String name,
            Lock rounds,
            BooleanSupplier over,
            Troubles troubles,
            int mostPause,
            long seed,
            Consumer<Random> round) {
        this.troubles = troubles;
        Random random = new Random(seed);
        thread = Thread.ofPlatform().name("load-" + name).daemon().start(() -> {
            while (!over.getAsBoolean()) {
                rounds.lock();
                try {
                    round.accept(random);
                } catch (Throwable failure) {
                    troubles.add(name, failure);
                    return;
                } finally {
                    rounds.unlock();
                }
                LockSupport.parkNanos(random.nextInt(mostPause));
            }
        });
    }

    /** Waits for the end of its last round. */
    void join() throws InterruptedException {
        troubles.awaitEnd(thread, thread.getName());
    }
}
