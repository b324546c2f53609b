package dev.aiocontext.source;

import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SignalAction;
import dev.aiocontext.internal.posix.SignalNumber;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * A handler of the JVM for one signal.
 *
 * <p>HotSpot's own handler counts the signal. Its thread "Signal Dispatcher" starts a thread for each signal, which calls the
 * handler here.
 *
 * <p><b>Threads.</b> {@link #raise} and the handler: any. Everything else: under the lock of {@link HandledSignal}.
 *
 * <p><b>A signal in between.</b> The handler may be called when {@link #end} has given the earlier handler back. Then {@link #raise}
 * sends the signal anew. Another part of the program may have put a handler of its own in this one's place, and may call this
 * one for good. A signal that is sent anew would come back for ever then. So the earlier handler is called if it is Java's, and
 * else the signal is dropped.
 */
final class JvmHandler implements Way {
    private static final int PID = (int) ProcessHandle.current().pid();

    private final HandledSignal handled;
    private final JdkSignals jdk;
    private final Object handler;

    /** What was there before; null while the handler is not in place. Guarded by the lock. */
    private @Nullable Object before;

    /** The same as the kernel has it: the JVM gives back the handler alone, and not its flags and its mask. */
    private @Nullable SignalAction actionBefore;

    /** What {@link #end} has given back. */
    private volatile @Nullable Object givenBack;

    private volatile boolean wasReplaced;

    JvmHandler(HandledSignal handled) {
        this.handled = handled;
        this.jdk = new JdkSignals(SignalNumber.shortName(handled.signal));
        this.handler = jdk.handlerOf(received -> handled.deliver(HandledSignal.UNKNOWN_SENDER));
    }

    @Override
    public void begin() {
        actionBefore = SignalAction.of(handled.signal);
        try {
            before = jdk.handle(handler);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedOperationException(
                    handled.name + " cannot come by the JVM's own handlers: " + e.getMessage(), e);
        }
        if (!KernelThread.current().catches(handled.signal)) {
            throw new UnsupportedOperationException(
                    "the JVM has not taken the handler of " + handled.name + ", although it said so");
        }
    }

    @Override
    public void end() {
        Object earlier = before;
        if (earlier != null) {
            givenBack = earlier;
            Object current = jdk.handle(earlier);
            if (!handler.equals(current)) {
                wasReplaced = true;
                jdk.handle(current); // another part of the program has set its own meanwhile
            } else if (actionBefore != null) {
                actionBefore.restoreIfHandlerIsSame();
            }
            before = null;
        }
    }

    @Override
    public void raise() {
        Object earlier = givenBack;
        if (earlier != null && !wasReplaced) {
            Errno.check(Libc.kill(PID, handled.signal), "kill", -1);
        } else if (earlier != null) {
            callIfJava(earlier);
        }
    }

    private void callIfJava(Object earlier) {
        try {
            jdk.call(earlier);
        } catch (UnsupportedOperationException notJava) {
            System.getLogger(JvmHandler.class.getName())
                    .log(Level.DEBUG, "a " + handled.name + " has come late, and is dropped", notJava);
        }
    }
}
