package dev.aiocontext.internal.relay;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Errno;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SignalWait;
import dev.aiocontext.internal.posix.Signals;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.ObjLongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The SIGIO relay of the process: one thread in sigwait(3) that serves the {@link RelayChannel}s of all contexts, started
 * with the first and ended with the last (QEMU's {@code sigwait_compat} thread, which has one client).
 *
 * <p>In DEFERRED mode it is also the watcher: while requests are, or have lately been, put off, it waits for a signal only
 * until it is time to look at these, see {@link Deferrals}. A notifier signals it only when it sleeps without such a limit,
 * see {@link Parking}.
 *
 * <p><b>Threads.</b> {@link #open}, {@link #listen} and {@link #remove}: any, under {@link #LOCK}. {@link #post}: any notifier.
 *
 * <p><b>Why the signal never ends the JVM.</b> SIGIO's default action ends the process. The relay thread blocks it before
 * it tells its thread number, so tgkill(2) to it is only ever taken by sigwait. The kernel recycles thread numbers as it
 * does descriptors: a notifier signals inside a use of its channel, and a channel leaves the relay only after its notifiers
 * have left it. The relay thread ends after its last channel has left and the last signal is sent, so its number is its own
 * for as long as anybody can send to it. HotSpot gives a thread
 * the signal mask back that it was born with before it ends it, so what is pending then would strike: the relay thread
 * takes it first, and stays if it cannot. In PROCESS mode the signal goes to any thread that does not block it; so there
 * must be none, which is looked up before the first kill(2).
 */
public final class SigioRelay {
    private static final System.Logger LOG = System.getLogger(SigioRelay.class.getName());
    private static final String CANNOT_SERVE = "the SIGIO relay cannot wait, or cannot reach a context";
    private static final int NAMES_IN_MESSAGE = 12;
    private static final long AFTER_A_FAILED_WAIT = TimeUnit.SECONDS.toNanos(1);
    private static final int PID = (int) ProcessHandle.current().pid();
    private static final ReentrantLock LOCK = new ReentrantLock();

    /** A system property, because all copies of the library see it: which copy has a channel in PROCESS mode. */
    private static final String PROCESS_MODE = "dev.aiocontext.relay.process-mode-of";

    /** This copy, in that property. */
    private static final String COPY =
            "copy " + Long.toHexString(System.nanoTime()) + " in " + SigioRelay.class.getClassLoader();

    /** The JVM has one such string, so the copies lock the same object. It orders their looks at each other. */
    private static final Object ALL_COPIES = SigioRelay.class.getName().intern();

    /** The relay of the process, while it has channels. Guarded by LOCK. */
    private static @Nullable SigioRelay current;

    /** Guarded by LOCK. */
    private final Set<RelayChannel> channels = new HashSet<>();

    /** The channels whose contexts handle SIGIO themselves. */
    private final Set<RelayChannel> listeners = new CopyOnWriteArraySet<>();

    private final RelayRequests<RelayChannel> requests = new RelayRequests<>();
    private final Parking parking = new Parking(() -> !requests.isEmpty());

    // The relay thread's.
    private final Deferrals<RelayChannel> deferrals =
            new Deferrals<>(System::nanoTime, RelayChannel::hasGoneOn, this::deliver);

    // Kept, for new ones for each signal would be garbage, as would be an iterator.
    private final ObjLongConsumer<RelayChannel> onRequest = this::serve;
    private final Consumer<RelayChannel> onSignal = this::serveListener;

    /** The relay thread's: how many signals it has served. */
    private long round;

    private final Thread thread;
    private final int tid;

    /** Completed with whether the last signal could be sent. */
    private final CompletableFuture<Boolean> lastSignalSent = new CompletableFuture<>();

    /** Completed with whether the thread ends. */
    private final CompletableFuture<Boolean> leaving = new CompletableFuture<>();

    private volatile boolean ending;

    private SigioRelay() {
        CompletableFuture<Integer> started = new CompletableFuture<>();
        thread = Thread.ofPlatform()
                .name("aiocontext-sigio-relay")
                .daemon()
                .inheritInheritableThreadLocals(false)
                .unstarted(() -> relay(started));
        thread.start();
        tid = started.join();
        // Signal 0 goes to nobody: a rehearsal, because a notifier may lack the stack to link the call.
        Libc.tgkill(PID, tid, 0);
        Libc.kill(PID, 0);
    }

    /**
     * Opens a channel, and starts the relay for the first.
     *
     * @param mode {@link RelayMode#THREAD}, {@link RelayMode#DEFERRED} or {@link RelayMode#PROCESS}
     * @param goneOn whether the loop has gone on since an arming that was answered; asked by the relay thread
     * @return the channel, to be closed
     * @throws IllegalStateException in PROCESS mode, if a thread of this process leaves SIGIO unblocked, if that cannot be
     *     found out, or if another copy of the library has a relay; in the others, if another copy is in PROCESS mode
     */
    public static RelayChannel open(RelayMode mode, LongPredicate goneOn) {
        LOCK.lock();
        try {
            SigioRelay relay = current;
            try {
                synchronized (ALL_COPIES) {
                    requireNoProcessModeElsewhere(mode);
                    if (relay == null) {
                        relay = new SigioRelay();
                        current = relay;
                    }
                    if (mode == RelayMode.PROCESS) {
                        relay.requireSafeForProcess();
                        System.setProperty(PROCESS_MODE, COPY);
                    }
                }
                RelayChannel channel = new RelayChannel(relay, mode, goneOn);
                try {
                    relay.channels.add(channel);
                } catch (Error e) {
                    channel.close();
                    throw e;
                }
                return channel;
            } finally {
                if (relay != null) {
                    relay.endIfUnused();
                }
            }
        } finally {
            LOCK.unlock();
        }
    }

    /** A relay thread waits in sigwait in each mode, and the kernel may give it the signals of the other copy. */
    private static void requireNoProcessModeElsewhere(RelayMode mode) {
        String copy = System.getProperty(PROCESS_MODE);
        if (mode != RelayMode.PROCESS && copy != null && !copy.equals(COPY)) {
            throw new IllegalStateException(
                    "relay mode " + mode
                            + " waits for SIGIO in a thread of its own, which could take the signals of a second copy of this library"
                            + " in this process (another class loader's): " + copy
                            + " has a context in relay mode PROCESS. Load the library once, by a class loader that both users share;"
                            + " or close the other copy's contexts first; or use relay mode THREAD in both copies, or OFF in this");
        }
    }

    private void requireSafeForProcess() {
        requireOnlyCopy();
        List<Signals.Task> unblocked;
        try {
            unblocked = Signals.tasksLeavingUnblocked(Signals.SIGIO);
        } catch (UncheckedIOException e) { // there is no /proc, or no descriptor left to read it with
            throw new IllegalStateException(
                    "relay mode PROCESS sends SIGIO to the process, which ends this JVM if one of its threads leaves it"
                            + " unblocked, and whether one does cannot be found out: " + e.getMessage()
                            + ". Relay mode THREAD signals its own thread only",
                    e);
        }
        // While the relay thread waits for it in sigwait, the kernel shows it as unblocked there.
        unblocked.removeIf(task -> task.tid() == tid);
        if (!unblocked.isEmpty()) {
            String names = unblocked.stream()
                    .limit(NAMES_IN_MESSAGE)
                    .map(Object::toString)
                    .collect(Collectors.joining(", "));
            throw new IllegalStateException("relay mode PROCESS sends SIGIO to the process, which would end this JVM: "
                    + unblocked.size() + " of its threads leave SIGIO unblocked: " + names
                    + (unblocked.size() > NAMES_IN_MESSAGE ? ", ..." : "")
                    + ". Start it as `env --block-signal=SIGIO java ...`, or through dev.aiocontext.SigioLauncher, or use"
                    + " relay mode THREAD, which signals its own thread only");
        }
    }

    /** The kernel gives a signal for the process to any thread in sigwait, so to another copy's relay as well as to this. */
    private void requireOnlyCopy() {
        for (Thread other : Thread.getAllStackTraces().keySet()) {
            if (other != thread && other.getName().equals(thread.getName())) {
                throw new IllegalStateException(
                        "relay mode PROCESS sends SIGIO to the process, and the relay of a second copy"
                                + " of this library in this process (another class loader's) could take it, because its thread \""
                                + other.getName()
                                + "\" waits in sigwait too. Load the library once, by a class loader that both"
                                + " users share; or close the other copy's contexts first; or use relay mode THREAD in both copies");
            }
        }
    }

    void listen(RelayChannel channel, boolean listen) {
        LOCK.lock();
        try {
            if (listen && channels.contains(channel)) {
                listeners.add(channel);
            } else {
                listeners.remove(channel);
            }
        } finally {
            LOCK.unlock();
        }
    }

    void remove(RelayChannel channel) {
        LOCK.lock();
        try {
            listeners.remove(channel);
            channels.remove(channel);
            endIfUnused();
        } finally {
            LOCK.unlock();
        }
    }

    private void endIfUnused() {
        // After an Error the mark may stay: it refuses nothing to this copy, whose next opening or closing takes it
        // back.
        if (channels.stream().noneMatch(channel -> channel.mode() == RelayMode.PROCESS)) {
            System.getProperties().remove(PROCESS_MODE, COPY);
        }
        if (channels.isEmpty() && current == this) {
            current = null;
            end();
            join();
        }
    }

    /** Each channel has been left by its notifiers, so this signal is the last, and the thread waits for it. */
    private void end() {
        ending = true;
        int result = send(RelayMode.THREAD);
        lastSignalSent.complete(result >= 0);
        if (result < 0) {
            complain(
                    "the thread of the SIGIO relay cannot be told to end: it stays, asleep, until a SIGIO comes",
                    Errno.exception("tgkill", -result, -1));
        }
    }

    private void join() {
        if (Thread.currentThread() == thread) {
            return; // a user's logger closes the last context, on the relay thread: it ends when the logger returns
        }
        if (!lastSignalSent.join() || !leaving.join()) {
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

    /** Has a channel delivered, for an arming. Only inside a use of the channel. */
    void post(RelayChannel channel, long arming) {
        requests.post(channel, arming);
    }

    /** Has the relay thread look at the requests, now or, in DEFERRED mode, soon; returns a negated errno. Only inside a use. */
    int signal(RelayMode mode) {
        return mode == RelayMode.DEFERRED && !parking.isParked() ? 0 : send(mode);
    }

    private int send(RelayMode mode) {
        return mode == RelayMode.PROCESS ? Libc.kill(PID, Signals.SIGIO) : Libc.tgkill(PID, tid, Signals.SIGIO);
    }

    private void relay(CompletableFuture<Integer> started) {
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
                try {
                    serveAll(await(sigio));
                } catch (Throwable t) {
                    complain(CANNOT_SERVE, t);
                }
            }
            leave(sigio);
        }
    }

    /** Ends, unless a signal that may be pending cannot be taken: it would end the JVM. Better a thread that stays. */
    private void leave(SignalWait sigio) {
        boolean mayEnd = false;
        try {
            lastSignalSent.join();
            mayEnd = sigio.discardPending();
        } catch (Throwable t) {
            complain(CANNOT_SERVE, t);
        }
        leaving.complete(mayEnd);
        while (!mayEnd) {
            LockSupport.park(this);
            Thread.interrupted(); // or it would not park again
        }
    }

    /**
     * Waits for a signal, or until it is time to look at what is put off; says whether a signal came. Where the kernel, or a
     * sandbox, refuses to wait for a signal, the channels are served all the same, later.
     */
    private boolean await(SignalWait sigio) {
        try {
            if (!deferrals.isIdle()) {
                return sigio.await(deferrals.untilNextLook());
            }
            boolean parked = parking.park();
            if (parked) {
                sigio.await();
            }
            return parked;
        } catch (Throwable t) {
            complain(CANNOT_SERVE, t);
            Thread.interrupted(); // or it would not park
            LockSupport.parkNanos(AFTER_A_FAILED_WAIT);
            return false;
        } finally {
            parking.unpark();
        }
    }

    private void serveAll(boolean signalled) {
        if (signalled) {
            round++;
        }
        requests.takeAll(onRequest);
        deferrals.look();
        if (signalled) {
            listeners.forEach(onSignal);
        }
    }

    private void serve(RelayChannel channel, long arming) {
        if (channel.mode() == RelayMode.DEFERRED) {
            deferrals.add(channel, arming);
        } else {
            deliver(channel, arming);
        }
    }

    private void serveListener(RelayChannel channel) {
        if (channel.round != round) {
            deliver(channel, 0);
        }
    }

    /** One context's trouble must not keep the others from being woken. */
    private void deliver(RelayChannel channel, long arming) {
        channel.round = round;
        try {
            channel.deliver(arming);
        } catch (RuntimeException e) {
            complain(CANNOT_SERVE, e);
        }
    }

    /**
     * Logs, whatever happens: the relay thread must stay, or its number becomes another's while notifiers signal it, and a
     * notifier has done what it was to do.
     */
    static void complain(String what, Throwable failure) {
        try {
            LOG.log(System.Logger.Level.ERROR, what, failure);
        } catch (Throwable loggerFailure) {
            try {
                System.err.println("aiocontext: " + what + ": " + failure);
            } catch (Throwable printFailure) {
                // There is no memory left to say anything with. The thread stays all the same.
            }
        }
    }
}
