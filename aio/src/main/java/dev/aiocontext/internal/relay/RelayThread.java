package dev.aiocontext.internal.relay;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SignalWait;
import dev.aiocontext.internal.posix.Signals;
import java.lang.foreign.Arena;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The life of the relay thread: it is started, goes from {@link RelayRound} to round, and ends without harm to the JVM.
 *
 * <p><b>Threads.</b> {@link #start} and {@link #end}: any, under {@link SigioRelay}'s lock. {@link #run} and {@link #leave}: the
 * relay thread.
 *
 * <p><b>Why the signal never ends the JVM.</b> SIGIO's default action ends the process.
 * <ol>
 *   <li>The relay thread blocks the signal before it tells its number. So a signal that is sent to the thread is only ever taken
 *       by sigwait.
 *   <li>The kernel recycles thread numbers. A notifier signals inside a use of its channel, and a channel leaves the relay only
 *       after its notifiers have left the channel. The relay thread ends after its last channel has left and the last signal
 *       is sent. So its number is its own for as long as a thread can send to it.
 *   <li>Before HotSpot ends a thread, it gives the thread the signal mask back that it was born with. A signal that is pending
 *       then strikes. So the relay thread takes what is pending first, and stays if it cannot.
 *   <li>In mode PROCESS the signal goes to any thread that does not block it. {@link ProcessMode} sees to it that there is none.
 * </ol>
 *
 * <p><b>Errors.</b> A thread that starts or ends the relay may get an Error at any step, because its stack ends. Its work is
 * finished by a second call of {@link #end}: each step of it can be repeated. The signal can be sent twice, because the relay
 * thread waits until {@link #lastSignal} is stored. The relay thread can be unparked twice. A {@link CompletableFuture} could not
 * carry this word: an Error in its {@code complete} can lose the wake-up of the thread that waits. The futures below are completed
 * by the relay thread, whose stack has not ended.
 */
final class RelayThread {
    private enum LastSignal {
        DUE,
        SENT,
        REFUSED
    }

    private final RelayRound round;
    private final Parking parking;
    private final Thread thread;

    /** The relay thread completes it with its number. */
    private final CompletableFuture<Integer> started = new CompletableFuture<>();

    /** The relay thread completes it with whether it ends. */
    private final CompletableFuture<Boolean> leaving = new CompletableFuture<>();

    /** Guarded by the relay's lock. */
    private @Nullable SigioSender sender;

    private volatile boolean ending;

    /** Written by the thread that ends the relay, after the signal. */
    private volatile LastSignal lastSignal = LastSignal.DUE;

    /** Creates it, not started. */
    RelayThread(RelayRound round, Parking parking) {
        this.round = round;
        this.parking = parking;
        thread = Thread.ofPlatform()
                .name("aiocontext-sigio-relay")
                .daemon()
                .inheritInheritableThreadLocals(false)
                .unstarted(this::run);
    }

    /** {@return the thread itself, to tell it from that of another copy of the library} */
    Thread thread() {
        return thread;
    }

    /** Starts the thread, unless it runs; returns what signals it. */
    SigioSender start() {
        SigioSender known = sender;
        if (known == null) {
            if (isNew()) {
                thread.start();
            }
            known = new SigioSender(parking, started.join());
            sender = known;
        }
        return known;
    }

    private boolean isNew() {
        return thread.getState() == Thread.State.NEW;
    }

    /** Ends the thread, and waits for its end. Each channel has been left by its notifiers, so its signal is the last. */
    void end() {
        ending = true;
        if (isNew()) {
            return; // an opener could not start it
        }
        try {
            sendLastSignal(start());
        } catch (CompletionException e) {
            return; // it could not block the signal, as the opener was told, and has ended
        }
        join();
    }

    private void sendLastSignal(SigioSender to) {
        boolean isFirst = lastSignal == LastSignal.DUE;
        int result = isFirst ? to.send(RelayMode.THREAD) : 0;
        if (isFirst) {
            lastSignal = result < 0 ? LastSignal.REFUSED : LastSignal.SENT;
        }
        LockSupport.unpark(thread);
        if (result < 0) {
            RelayLog.complain(
                    "the thread of the SIGIO relay cannot be told to end: it stays, asleep, until a SIGIO comes",
                    Errno.exception("tgkill", -result, -1));
        }
    }

    private void join() {
        if (Thread.currentThread() == thread) {
            return; // a user's logger closes the last context, on the relay thread: it ends when the logger returns
        }
        if (lastSignal == LastSignal.REFUSED || !leaving.join()) {
            return; // nobody signals the thread any more, so it may stay
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            SignalWait sigio;
            try {
                Signals.block(Signals.SIGIO);
                sigio = new SignalWait(Signals.SIGIO, arena);
                started.complete(Libc.gettid());
            } catch (RuntimeException | Error e) {
                started.completeExceptionally(e);
                return;
            }
            while (!ending) {
                round.run(sigio);
            }
            leave(sigio);
        }
    }

    /** Ends, unless a signal that may be pending cannot be taken: it would end the JVM. Better a thread that stays. */
    private void leave(SignalWait sigio) {
        boolean mayEnd = false;
        try {
            awaitLastSignal();
            mayEnd = sigio.discardPending();
        } catch (Throwable t) {
            RelayLog.complain(RelayRound.CANNOT_SERVE, t);
        }
        leaving.complete(mayEnd);
        while (!mayEnd) {
            park();
        }
    }

    private void awaitLastSignal() {
        while (lastSignal == LastSignal.DUE) {
            park();
        }
    }

    private void park() {
        LockSupport.park(this);
        Thread.interrupted(); // or it would not park again
    }
}
