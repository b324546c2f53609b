package dev.aiocontext.examples.glib;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.EmbeddedLoop;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A context inside GLib's main loop, as a {@code GSource}. The thread that iterates the {@code GMainContext} is the context's home thread.
 *
 * <p>Nothing leaves an upcall, because that would end the JVM: what fails there goes to the context's exception handler. The C functions of
 * the upcalls are never freed, because GLib looks at them once more after a callback has destroyed the source. They find out by the source's
 * address whose it is.
 */
public final class GlibSource implements AutoCloseable {
    private static final int READY = 1;
    private static final int NOT_READY = 0;
    private static final int CONTINUE = 1;

    private static final MemorySegment FUNCTIONS = Glib.sourceFunctions(new Upcalls());
    private static final Map<Long, GlibSource> OPEN = new ConcurrentHashMap<>();

    private final AioContext ctx;
    private final EmbeddedLoop inner;

    /** What the exception handler is to name. It is never scheduled. */
    private final BottomHalf named;

    private final MemorySegment source;
    private final MemorySegment tag;

    /**
     * Embeds a context.
     *
     * @param ctx the context, without a home thread or with the calling one
     * @param mainContext the {@code GMainContext}, or NULL for the default one
     */
    public GlibSource(AioContext ctx, MemorySegment mainContext) {
        this.ctx = ctx;
        inner = ctx.embed();
        named = ctx.newBottomHalf("source of GLib of " + ctx.name(), () -> {});
        try {
            source = Glib.newSource(FUNCTIONS, "aiocontext " + ctx.name());
            tag = Glib.addDescriptor(source, inner.fd());
            OPEN.put(source.address(), this);
            Glib.attach(source, mainContext);
        } catch (Throwable failure) {
            named.close();
            inner.close();
            throw failure;
        }
    }

    private int prepare(MemorySegment timeout) {
        int millis = inner.prepareMillis();
        timeout.set(JAVA_INT, 0, millis);
        return millis == 0 ? READY : NOT_READY;
    }

    /** Takes the context out of the main loop; then another thread may poll it. On the home thread. */
    @Override
    public void close() {
        if (OPEN.remove(source.address(), this)) {
            Glib.destroy(source); // before the number may become another file's
        }
        named.close();
        inner.close();
    }

    /** The functions of a {@code GSource}. GLib calls them on the home thread. */
    @SuppressWarnings("UnusedVariable") // upcalls, with C's parameters
    static final class Upcalls {
        private Upcalls() {}

        /** Before each wait: tells for how many milliseconds GLib may wait, and whether there is something to dispatch now. */
        int prepare(MemorySegment self, MemorySegment timeout) {
            GlibSource open = null;
            try {
                open = find(self);
                return open == null ? NOT_READY : open.prepare(timeout);
            } catch (Throwable failure) {
                return caught(open, failure);
            }
        }

        /** After the wait: tells whether there is something to dispatch. */
        int check(MemorySegment self) {
            GlibSource open = null;
            try {
                open = find(self);
                return open != null && Glib.isReadable(self, open.tag) ? READY : NOT_READY;
            } catch (Throwable failure) {
                return caught(open, failure);
            }
        }

        /** Runs an iteration. */
        int dispatch(MemorySegment self, MemorySegment callback, MemorySegment data) {
            GlibSource open = null;
            try {
                open = find(self);
                if (open != null) {
                    open.inner.dispatch();
                }
            } catch (Throwable failure) {
                caught(open, failure);
            }
            return CONTINUE;
        }

        /** Null if it is closed, or its context is. */
        private static @Nullable GlibSource find(MemorySegment self) {
            GlibSource open = OPEN.get(self.address());
            return open != null && open.inner.isOpen() ? open : null;
        }

        /** Tells what an upcall has caught. GLib must not sleep then, because nothing is prepared. */
        private static int caught(@Nullable GlibSource open, Throwable failure) {
            if (open != null) { // else there was no memory to find it, and GLib calls again
                open.ctx.report(open.named, failure);
            }
            return READY;
        }
    }
}
