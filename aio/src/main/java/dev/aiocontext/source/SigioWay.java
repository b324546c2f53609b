package dev.aiocontext.source;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SigioSource;
import dev.aiocontext.Source;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes SIGIO, which is the signal of the relay. Two kinds of threads can take a SIGIO for the process:
 * <ol>
 *   <li>The relay thread, in sigwait(3). It writes a record to each relayed context that listens. The record is told to the sources of
 *       that context alone, because each of these contexts gets its own.
 *   <li>A thread that leaves SIGIO unblocked. A handler of the JVM tells all sources. Without it the signal would end the process.
 * </ol>
 * The relay's own signals go to the relay thread alone, or, in mode PROCESS, to a process where no other thread takes them. So nothing
 * here takes a signal from the relay.
 *
 * <p><b>Threads.</b> As {@link Way}.
 */
final class SigioWay implements Way {
    private final HandledSignal handled;
    private final @Nullable JvmHandler jvm;

    /** The contexts that listen to the relay. Guarded by the lock. */
    private final Map<AioContext, Listener> listeners = new HashMap<>();

    /** Whether a context has ever listened to the relay. */
    private volatile boolean relayed;

    /** A context's source of relayed signals, and the sources here that it is for. */
    private record Listener(Source source, Set<SignalWork> users) {}

    /**
     * Creates it.
     *
     * @param others whether threads other than the relay's leave SIGIO unblocked
     */
    SigioWay(HandledSignal handled, boolean others) {
        this.handled = handled;
        this.jvm = others ? new JvmHandler(handled) : null;
    }

    @Override
    public void begin() {
        if (jvm != null) {
            jvm.begin();
        }
    }

    @Override
    public void join(SignalWork source) {
        AioContext context = source.context;
        Routes.choose(handled.signal, null, context); // refuses a context that would not hear of each
        if (context.relayMode() != RelayMode.OFF) {
            Listener listener = listeners.get(context);
            if (listener == null) {
                relayed = true;
                listener = new Listener(SigioSource.on(context, signal -> handled.deliverIn(context)), new HashSet<>());
                listeners.put(context, listener);
            }
            listener.users.add(source);
        }
    }

    @Override
    public void leave(SignalWork source) {
        Listener listener = listeners.get(source.context);
        if (listener != null && listener.users.remove(source) && listener.users.isEmpty()) {
            listener.source.close();
            listeners.remove(source.context);
        }
    }

    @Override
    public void end() {
        if (jvm != null) {
            jvm.end();
        }
    }

    /** A signal that the relay has told was as likely a wake-up of its own. Raised, it could end the process, so it is dropped. */
    @Override
    public void raise() {
        if (jvm != null && !relayed) {
            jvm.raise();
        }
    }
}
