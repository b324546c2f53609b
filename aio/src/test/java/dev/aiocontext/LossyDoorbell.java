package dev.aiocontext;

import dev.aiocontext.internal.wakeup.Doorbell;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A doorbell that is silent now and then. */
public final class LossyDoorbell implements Doorbell {
    private final double probability;
    private final Random random = new Random(20150205);
    private volatile @Nullable Doorbell real;

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

    public void ringReally() {
        Objects.requireNonNull(real).ring(0);
    }
}
