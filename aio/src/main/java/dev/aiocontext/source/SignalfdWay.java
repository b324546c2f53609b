package dev.aiocontext.source;

import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SignalFd;

/**
 * Takes a signal by a signalfd(2) for each source. The kernel gives a pending signal to one reader alone, so the loop that reads it tells
 * the sources of all contexts. The others find nothing to read.
 *
 * <p><b>Threads.</b> {@link #read} of a descriptor: the home thread of its source. {@link #raise}: any. Everything else: under the lock of
 * {@link HandledSignal}.
 */
final class SignalfdWay implements Way {
    private static final int PID = (int) ProcessHandle.current().pid();

    /** The kernel keeps one signal pending for the process and one for the thread. More than a few mean a storm. */
    private static final int MOST_AT_ONCE = 16;

    private final HandledSignal handled;

    SignalfdWay(HandledSignal handled) {
        this.handled = handled;
    }

    @Override
    public void join(SignalWork source) {
        SignalFd signalfd = new SignalFd(handled.signal);
        FdSource watched;
        try {
            watched = source.context.watch(
                    "signalfd of " + handled.name,
                    signalfd.fd(),
                    FdEvents.READ,
                    source.owned((self, events) -> read(signalfd)));
        } catch (RuntimeException | Error e) {
            signalfd.close();
            throw e;
        }
        source.signalfd = watched;
        watched.closed().thenRun(signalfd::close);
    }

    private void read(SignalFd signalfd) {
        for (int i = 0; i < MOST_AT_ONCE; i++) {
            int sender = signalfd.read();
            if (sender == SignalFd.NONE) {
                return;
            }
            handled.deliver(sender);
        }
    }

    @Override
    public void leave(SignalWork source) {
        FdSource watched = source.signalfd;
        if (watched != null) {
            source.signalfd = null;
            watched.close();
        }
    }

    /** Each thread blocks the signal, so it is pending again. */
    @Override
    public void raise() {
        Errno.check(Libc.kill(PID, handled.signal), "kill", -1);
    }
}
