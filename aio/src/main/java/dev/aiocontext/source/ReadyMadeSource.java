package dev.aiocontext.source;

import dev.aiocontext.FdEvents;
import dev.aiocontext.FdHandler;
import dev.aiocontext.FdSource;
import dev.aiocontext.OwnedCallback;
import dev.aiocontext.Source;
import dev.aiocontext.Task;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What the ready-made sources have in common: each stands on a source of the loop, and has the life of that one. The callbacks of all
 * its parts are {@link #owned}, so that failures are those of the source that the user has made.
 *
 * <p><b>Threads.</b> As {@link Source}.
 */
abstract class ReadyMadeSource implements Source {
    /** {@return the source of the loop that it stands on} */
    abstract Source base();

    /** {@return the descriptor by which it hears what the base is to tell; null if there is none beside the base} */
    @Nullable
    FdSource descriptor() {
        return null;
    }

    /** Makes a task of this source's, for a part of it. */
    final Task owned(Task task) {
        return new OwnedTask(this, task);
    }

    /** Makes a handler of this source's, for a part of it. */
    final FdHandler owned(FdHandler handler) {
        return new OwnedHandler(this, handler);
    }

    private record OwnedTask(Source owner, Task task) implements Task, OwnedCallback {
        @Override
        public void run() throws Throwable {
            task.run();
        }
    }

    private record OwnedHandler(Source owner, FdHandler handler) implements FdHandler, OwnedCallback {
        @Override
        public void ready(FdSource source, FdEvents events) throws Throwable {
            handler.ready(source, events);
        }
    }

    @Override
    public final String name() {
        return base().name();
    }

    @Override
    public final boolean isOpen() {
        return base().isOpen();
    }

    @Override
    public void suspend() {
        try {
            base().suspend();
        } catch (IllegalStateException e) {
            throw named(e);
        }
    }

    /** Says that this is closed, and not a part of it. */
    private IllegalStateException named(IllegalStateException ofBase) {
        return isOpen() ? ofBase : new IllegalStateException(this + " is closed", ofBase);
    }

    /** Undoes {@link #suspend}, and the suspension of the descriptor, which a failure of its handler has suspended. */
    @Override
    public void resume() {
        try {
            base().resume();
        } catch (IllegalStateException e) {
            throw named(e);
        }
        FdSource heard = descriptor();
        if (heard != null) {
            resumeUnlessClosed(heard);
        }
    }

    private static void resumeUnlessClosed(FdSource heard) {
        try {
            heard.resume();
        } catch (IllegalStateException e) {
            if (heard.isOpen()) {
                throw e;
            }
        }
    }

    @Override
    public boolean isSuspended() {
        FdSource heard = descriptor();
        return base().isSuspended() || (isOpen() && heard != null && heard.isSuspended());
    }

    @Override
    public CompletionStage<Void> closed() {
        return base().closed();
    }

    @Override
    public String toString() {
        return name();
    }
}
