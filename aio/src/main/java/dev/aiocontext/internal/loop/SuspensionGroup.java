package dev.aiocontext.internal.loop;

import dev.aiocontext.Source;
import dev.aiocontext.SourceGroup;
import java.util.List;
import java.util.Objects;

/** A group of sources of one loop. Any thread. */
public final class SuspensionGroup extends Suspensions.Group implements SourceGroup {
    private final Sources living;
    private final String context;
    private final String name;

    /**
     * Creates it, without sources.
     *
     * @param living the sources of its loop
     * @param context the name of the context, for messages
     * @param name its name, for messages
     */
    public SuspensionGroup(Sources living, String context, String name) {
        this.living = living;
        this.context = context;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void add(Source source) {
        Objects.requireNonNull(source, "source");
        if (!(source instanceof LoopSource own) || own.sources() != living) {
            throw new IllegalArgumentException(
                    source + " cannot join " + this + ": it was not made by AioContext " + context + " itself");
        }
        living.suspensions().add(this, own);
    }

    @Override
    public void remove(Source source) {
        if (Objects.requireNonNull(source, "source") instanceof LoopSource own && own.sources() == living) {
            living.suspensions().remove(this, own);
        }
    }

    @Override
    public List<Source> sources() {
        return living.suspensions().sources(this);
    }

    @Override
    public void suspend() {
        living.suspensions().suspend(this);
    }

    @Override
    public void resume() {
        living.suspensions().resume(this);
    }

    @Override
    public boolean isSuspended() {
        return living.suspensions().isSuspended(this);
    }

    @Override
    public String toString() {
        return "group " + name;
    }
}
