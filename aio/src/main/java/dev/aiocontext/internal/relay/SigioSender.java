package dev.aiocontext.internal.relay;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.Signals;

/**
 * Sends SIGIO to the relay thread, or to the process.
 *
 * <p><b>Threads.</b> Any notifier, inside a use of its channel; and the thread that ends the relay, after the last use. The relay
 * thread ends only after the last signal, so that its number is its own for as long as a thread can send to it.
 *
 * <p><b>Errors.</b> Each method is one system call without a state. A call that gets an Error may have sent its signal or not.
 */
final class SigioSender {
    private static final int PID = (int) ProcessHandle.current().pid();

    private final Parking parking;
    private final int tid;

    /** Creates it for a relay thread, whose number it is told. */
    SigioSender(Parking parking, int tid) {
        this.parking = parking;
        this.tid = tid;
        // Signal 0 goes to nobody: a rehearsal, because a notifier may lack the stack to link the call.
        Libc.tgkill(PID, tid, 0);
        Libc.kill(PID, 0);
    }

    /** {@return the number of the relay thread} */
    int tid() {
        return tid;
    }

    /**
     * Sees to it that the relay thread looks at the requests: now or, in mode DEFERRED, soon. A notifier in mode DEFERRED sends
     * a signal only if the relay thread is parked.
     *
     * @return 0, or a negated errno
     */
    int request(RelayMode mode) {
        return mode == RelayMode.DEFERRED && !parking.isParked() ? 0 : send(mode);
    }

    /**
     * Sends the signal: by kill(2) in mode PROCESS, by tgkill(2) in the others.
     *
     * @return 0, or a negated errno
     */
    int send(RelayMode mode) {
        return mode == RelayMode.PROCESS ? Libc.kill(PID, Signals.SIGIO) : Libc.tgkill(PID, tid, Signals.SIGIO);
    }
}
