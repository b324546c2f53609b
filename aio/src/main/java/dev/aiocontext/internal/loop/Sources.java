package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.posix.StackRoom;
import dev.aiocontext.internal.wakeup.Link;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The living sources of a loop.
 *
 * <p><b>Threads.</b> {@link #end}: the home thread. Everything else: any. The monitor of this object guards the list.
 *
 * <p><b>Why each {@link LoopSource#closed} completes.</b> One thread closes the source and then looks whether somebody has asked for
 * its future. Another makes the future and then looks whether the source is closed. Both are volatile, so at least one of them
 * sees the other, and calls {@link #sayFarewell}. The source is then in the list until its future completes. On the home thread
 * that is at once, unless the callback is running. Else a task does it on the home thread: either no call of the callback is under
 * way then, or the task comes again as idle work. If the loop refuses the task, the context is being closed: {@link #end}
 * completes what is in the list, or has been through already, and then {@link #ended} says so. If an Error ends the task, {@link Unfinished}
 * keeps it.
 */
public final class Sources {
    private final Inbox inbox;
    private final Home home;
    private final Link living = new Link();
    private final Suspensions suspensions = new Suspensions();
    private volatile boolean ended;

    Sources(Inbox inbox, Home home) {
        this.inbox = inbox;
        this.home = home;
    }

    /** {@return who has suspended which source} */
    Suspensions suspensions() {
        return suspensions;
    }

    /** A future that the loop completes. */
    LoopFuture<Void> newFuture() {
        return new LoopFuture<>(home, inbox);
    }

    /**
     * Adds a source that was just made.
     *
     * @param source the source
     * @throws IllegalStateException if the context has ended
     */
    public void add(LoopSource source) {
        synchronized (this) {
            if (ended) {
                throw inbox.closedException();
            }
            source.link().moveToEndOf(living);
        }
    }

    /** Takes a source out that was refused after all. */
    synchronized void remove(LoopSource source) {
        source.link().leave();
    }

    /** Takes a source out that is closed, unless somebody waits for its {@link LoopSource#closed}. */
    synchronized void removeUnlessAsked(LoopSource source) {
        if (!source.isAskedFor()) {
            source.link().leave();
        }
    }

    /** Completes a closed source that somebody waits for, once its callback cannot be running. */
    void sayFarewell(LoopSource source) {
        synchronized (this) {
            source.link().moveToEndOf(living);
        }
        if (home.isEntered() ? !source.isRunning() : ended) {
            complete(source);
        } else if (!inbox.push(new Farewell(this, source)) && ended) {
            complete(source);
        }
    }

    private static final class Farewell extends Piece {
        private final Sources sources;
        private final LoopSource source;

        Farewell(Sources sources, LoopSource source) {
            this.sources = sources;
            this.source = source;
        }

        @Override
        String what() {
            return "closed() of " + CalledName.ofSource(source);
        }

        @Override
        public void run() {
            if (!source.isRunning()) {
                sources.complete(source);
            } else {
                sources.inbox.pushIdle(this);
            }
        }
    }

    /** Takes it out after the deed, so that the end of the context finds it if an Error has kept it from that. */
    private void complete(LoopSource source) {
        StackRoom.requireToWake(); // stages that the JDK forgets before it runs them wait for this
        try {
            source.complete();
        } finally {
            LoopFuture<Void> future = source.farewell();
            if (future == null || future.isDone()) {
                synchronized (this) {
                    source.link().leave();
                }
            }
        }
    }

    /** {@return the sources that are open, in the order in which they were made} */
    public List<LoopSource> open() {
        List<LoopSource> open = new ArrayList<>();
        synchronized (this) {
            for (Link link = living.next(); link instanceof LoopSource source; link = link.next()) {
                if (source.isOpen()) {
                    open.add(source);
                }
            }
        }
        return open;
    }

    /** {@return the sources that are open although their owners are to close them} */
    List<LoopSource> forgotten() {
        List<LoopSource> forgotten = new ArrayList<>();
        for (LoopSource source : open()) {
            if (source.isAttended()) {
                forgotten.add(source);
            }
        }
        return forgotten;
    }

    /** {@return whether the end of the context has closed all sources, and completed what was asked for} */
    synchronized boolean hasEnded() {
        return ended && living.isAlone();
    }

    /** Closes all sources, at the end of the context. If it fails halfway, calling it again does the rest. */
    public void end() {
        synchronized (this) {
            ended = true;
        }
        for (LoopSource source : open()) {
            source.endWithContext();
        }
        LoopSource next = first();
        while (next != null) {
            complete(next);
            next = first();
        }
    }

    private synchronized @Nullable LoopSource first() {
        return living.next() instanceof LoopSource source ? source : null;
    }
}
