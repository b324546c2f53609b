package dev.aiocontext.testkit;

import dev.aiocontext.AioContext;
import dev.aiocontext.internal.wakeup.Doorbell;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A doorbell that has, at each ring, one of its faults, or none. Its rings may come from any thread. */
@SuppressWarnings("FutureReturnValueIgnored") // ringReally keeps what fails
public final class FaultyDoorbell implements Doorbell {
    /** A way in which a ring may go wrong. */
    public enum Fault {
        /** Rings some time later, perhaps when the loop has gone on, or is closed. */
        LATE,
        /** Rings, and once more some time later. */
        TWICE,
        /** Does not ring. */
        LOST,
        /** Rings although nobody asked, all the time. */
        SPURIOUS
    }

    private static final int MOST_MICROS_LATE = 300;

    private final List<Fault> faults;
    private final Random random = Rounds.random();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Doorbell real;
    private volatile boolean healed;

    /** Creates a doorbell with some faults, that no context has yet. */
    public FaultyDoorbell(Set<Fault> faults) {
        this.faults = List.copyOf(EnumSet.copyOf(faults));
    }

    /** Opens a context with this doorbell. */
    public AioContext open(AioContext.Builder builder) {
        AioContext context = Doorbell.withFault(
                intact -> {
                    real = intact;
                    return this;
                },
                builder::open);
        if (faults.contains(Fault.SPURIOUS)) {
            later.scheduleWithFixedDelay(() -> ringReally(0), 0, MOST_MICROS_LATE, TimeUnit.MICROSECONDS);
        }
        return context;
    }

    @Override
    public void ring(long arming) {
        if (healed) {
            ringReally(arming);
            return;
        }
        int chosen = random.nextInt(faults.size() + 1);
        switch (chosen == faults.size() ? Fault.SPURIOUS : faults.get(chosen)) {
            case LATE -> ringLater(arming);
            case TWICE -> {
                ringReally(arming);
                ringLater(arming);
            }
            case LOST -> {}
            case SPURIOUS -> ringReally(arming);
        }
    }

    private void ringLater(long arming) {
        later.schedule(() -> ringReally(arming), random.nextInt(MOST_MICROS_LATE), TimeUnit.MICROSECONDS);
    }

    private void ringReally(long arming) {
        try {
            Objects.requireNonNull(real).ring(arming);
        } catch (RuntimeException | Error e) {
            failures.add(e);
        }
    }

    /** Has no faults from now on; what is to ring late has rung when this returns. */
    public void heal() {
        healed = true;
        later.shutdown();
        try {
            if (!later.awaitTermination(1, TimeUnit.MINUTES)) {
                failures.add(new AssertionError("late rings do not end"));
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (!failures.isEmpty()) {
            throw new AssertionError("a ring failed", failures.peek());
        }
    }
}
