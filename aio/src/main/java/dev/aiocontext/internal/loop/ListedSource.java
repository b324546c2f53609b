package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.wakeup.Link;
import org.jspecify.annotations.Nullable;

/** A source that has fields of its own for the life that it shares with the others ({@link LoopSource}). */
abstract class ListedSource extends Link implements LoopSource {
    private final Sources sources;
    private final String name;
    private volatile @Nullable LoopFuture<Void> farewell;
    private boolean running;

    /**
     * Creates a source that is not yet among the living.
     *
     * @param sources the living
     * @param name its name
     */
    ListedSource(Sources sources, String name) {
        this.sources = sources;
        this.name = name;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Link link() {
        return this;
    }

    @Override
    public final Sources sources() {
        return sources;
    }

    @Override
    public final @Nullable LoopFuture<Void> farewell() {
        return farewell;
    }

    @Override
    public final void setFarewell(LoopFuture<Void> future) {
        farewell = future;
    }

    @Override
    public final boolean isRunning() {
        return running;
    }

    @Override
    public final void setRunning(boolean now) {
        running = now;
    }
}
