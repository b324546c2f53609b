package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.wakeup.Link;
import org.jspecify.annotations.Nullable;

/** A source that has fields of its own for the life that it shares with the others ({@link LoopSource}). */
abstract class ListedSource extends Link implements LoopSource {
    private final Sources sources;
    private final String name;
    private volatile @Nullable LoopFuture<Void> farewell;

    // The home thread's: how many calls of the callback have begun, and how many have ended.
    private long begun;
    private long ended;

    // The home thread's, if it measures callbacks: the time that the calls took, in all and at most.
    private long nanos;
    private long longest;

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
    public boolean isRunning() {
        return begun != ended;
    }

    @Override
    public final void call() throws Throwable {
        begun++;
        try {
            invoke();
        } finally {
            ended++;
        }
    }

    @Override
    public final long calls() {
        return begun;
    }

    @Override
    public final long nanos() {
        return nanos;
    }

    @Override
    public final long longest() {
        return longest;
    }

    @Override
    public final void took(long time) {
        nanos += time;
        longest = Math.max(longest, time);
    }
}
