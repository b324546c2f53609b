package dev.aiocontext.testkit;

import dev.aiocontext.AioContext;
import dev.aiocontext.internal.wakeup.Doorbell;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A doorbell that stays silent now and then. Its rings may come from any thread. */
public final class LossyDoorbell implements Doorbell {
    private final double probability;
    private final Random random = new Random(20150205);
    private volatile @Nullable Doorbell real;

    /**
     * Creates a doorbell that no context has yet.
     *
     * @param probability how often a ring is lost, from 0 (never) to 1 (always)
     */
    public LossyDoorbell(double probability) {
        this.probability = probability;
    }

    /** Opens a context with this doorbell. */
    public AioContext open(AioContext.Builder builder) {
        return Doorbell.withFault(
                intact -> {
                    real = intact;
                    return this;
                },
                builder::open);
    }

    @Override
    public void ring(long arming) {
        if (random.nextDouble() >= probability) {
            ringReally();
        }
    }

    /** Rings the doorbell that was replaced, without a fault. */
    public void ringReally() {
        Objects.requireNonNull(real).ring(0);
    }
}
