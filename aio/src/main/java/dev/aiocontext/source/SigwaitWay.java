package dev.aiocontext.source;

import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SignalNumber;
import dev.aiocontext.internal.posix.SignalWait;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Takes a signal by a thread in sigwait(3), which each other thread leaves the signal to because they block it.
 *
 * <p>The thread is told to end by its own signal, by tgkill(2). The kernel keeps that one apart from a signal for the process. So the
 * thread takes both, and sends the second one again.
 *
 * <p><b>Threads.</b> {@link #run}: the thread. {@link #raise} and {@link #awaitEnd}: any. Everything else: under the lock of {@link
 * HandledSignal}.
 *
 * <p><b>Errors.</b> A {@link #begin} that gets an Error may leave a thread, which {@link #end} ends. If that gets an Error, the thread
 * stays, and {@link #end} can be called again.
 */
final class SigwaitWay implements Way {
    private static final int PID = (int) ProcessHandle.current().pid();

    private final HandledSignal handled;

    /** Written under the lock. */
    private volatile @Nullable Thread thread;

    /** The thread completes it with its number. */
    private final CompletableFuture<Integer> started = new CompletableFuture<>();

    private volatile boolean ending;
    private volatile boolean sent;

    SigwaitWay(HandledSignal handled) {
        this.handled = handled;
    }

    @Override
    public void begin() {
        Thread waiting = Thread.ofPlatform()
                .name("aiocontext-sigwait-" + SignalNumber.shortName(handled.signal))
                .daemon()
                .inheritInheritableThreadLocals(false)
                .unstarted(this::run);
        thread = waiting;
        waiting.start();
        int tid = started.join();
        Errno.check(Libc.tgkill(PID, tid, 0), "tgkill", -1); // refused here rather than at the end
    }

    @Override
    public void end() {
        Thread waiting = thread;
        if (waiting == null || sent || !waiting.isAlive()) {
            return; // it has not begun, or an Error has ended it: its number may be another thread's by now
        }
        int tid;
        try {
            tid = started.join();
        } catch (CompletionException e) {
            return; // it has ended by itself, as the opener was told
        }
        ending = true;
        Errno.check(Libc.tgkill(PID, tid, handled.signal), "tgkill", -1);
        sent = true;
        LockSupport.unpark(waiting);
    }

    @Override
    public void awaitEnd() {
        Thread waiting = thread;
        boolean interrupted = false;
        while (sent && waiting != null && waiting.isAlive()) {
            try {
                waiting.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void raise() {
        Errno.check(Libc.kill(PID, handled.signal), "kill", -1);
    }

    /** Delivers the signal. An Error does not end the thread: the next delivery tells of this one too. */
    private void deliver() {
        try {
            handled.deliver(HandledSignal.UNKNOWN_SENDER);
        } catch (StackOverflowError | OutOfMemoryError e) {
            System.getLogger(SigwaitWay.class.getName())
                    .log(Level.ERROR, "a " + handled.name + " is told with the next one", e);
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            SignalWait signal;
            try {
                signal = new SignalWait(handled.signal, arena);
                started.complete(Libc.gettid());
            } catch (RuntimeException | Error e) {
                started.completeExceptionally(e);
                return;
            }
            signal.await();
            while (!ending) {
                deliver();
                signal.await();
            }
            while (!sent) {
                LockSupport.park(this);
            }
            if (signal.await(0)) { // one of both was the last signal, and the other one is real
                raise();
            }
        }
    }
}
