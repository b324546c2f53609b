package dev.aiocontext;

import dev.aiocontext.internal.loop.LoopSource;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** What a source of a context waits for and how often it was called, as it was when {@link AioContext#sources()} looked. */
public final class SourceInfo {
    private final LoopSource source;
    private final String waitsFor;
    private final boolean suspended;
    private final OptionalLong calls;
    private final Optional<Duration> time;
    private final Optional<Duration> longest;

    SourceInfo(LoopSource source, boolean measured) {
        this.source = source;
        waitsFor = source.waitsFor();
        suspended = source.isSuspended();
        long counted = source.calls();
        calls = counted == LoopSource.UNCOUNTED ? OptionalLong.empty() : OptionalLong.of(counted);
        time = measured ? Optional.of(Duration.ofNanos(source.nanos())) : Optional.empty();
        longest = measured ? Optional.of(Duration.ofNanos(source.longest())) : Optional.empty();
    }

    /** {@return the source itself} */
    public Source source() {
        return source;
    }

    /**
     * Tells the source that this one is a part of: a ready-made source, or what {@link OwnedCallback} says.
     *
     * @return the owner; the source itself if it is no part
     */
    public Source owner() {
        return source.owner();
    }

    /** {@return the name of the source} */
    public String name() {
        return source.name();
    }

    /**
     * Tells what the source waits for, in a few words: the events of a descriptor, how long it is until a timer is due, whether a bottom half
     * is scheduled.
     *
     * @return the words
     */
    public String waitsFor() {
        return waitsFor;
    }

    /** {@return whether the source was suspended} */
    public boolean isSuspended() {
        return suspended;
    }

    /**
     * Tells how often the callback was called, a call that is under way included.
     *
     * @return the number; empty for a timer, unless the context {@linkplain AioContext.Builder#measureCallbacks measures callbacks}
     */
    public OptionalLong calls() {
        return calls;
    }

    /**
     * Tells the time that the calls of the callback have taken, nested polls in them included.
     *
     * @return the time; empty unless the context {@linkplain AioContext.Builder#measureCallbacks measures callbacks}
     */
    public Optional<Duration> time() {
        return time;
    }

    /**
     * Tells the time that the longest call of the callback has taken.
     *
     * @return the time; empty unless the context {@linkplain AioContext.Builder#measureCallbacks measures callbacks}
     */
    public Optional<Duration> longest() {
        return longest;
    }

    @Override
    public String toString() {
        return source
                + (owner().equals(source) ? "" : ", part of " + owner())
                + (suspended ? ": suspended, " : ": ")
                + waitsFor
                + (calls.isPresent() ? ", called " + calls.getAsLong() + " times" : "")
                + time.map(sum -> " in " + sum).orElse("");
    }
}
