package dev.aiocontext;

import java.util.Objects;

/**
 * Makes the signals that come through a context's SIGIO relay a source of the context. This is the relay's end in one context, and
 * changes nothing for the process. A program that handles SIGIO uses {@code dev.aiocontext.source.Signals}, which is built on it.
 * There a signal may have several handlers, and a SIGIO that another thread takes is told too.
 */
public final class SigioSource {
    private SigioSource() {}

    /**
     * Calls back when SIGIO comes to the relay thread, in place of an earlier source of this kind. That is a wake-up of this
     * context that was relayed, one of another context, or a signal from outside, because they coalesce. Without such a source
     * SIGIO is dropped, as in QEMU.
     *
     * @param context the context; any thread may call this
     * @param handler what to call, on the loop
     * @return the source
     * @throws IllegalStateException if the context has no relay, or is closed
     */
    public static Source on(AioContext context, SigioHandler handler) {
        Source source = context.parts().onSigio(Objects.requireNonNull(handler, "handler"));
        if (source == null) {
            throw new IllegalStateException(
                    "AioContext " + context.name() + " has no SIGIO relay: its mode is " + RelayMode.OFF);
        }
        return source;
    }
}
