package dev.aiocontext.internal.relay;

import dev.aiocontext.bindings.linux.signalfd_siginfo;
import java.lang.foreign.MemorySegment;

/**
 * The record that the relay writes to a context's pipe: 128 bytes in the layout of signalfd(2)'s {@code struct signalfd_siginfo},
 * as QEMU's {@code sigwait_compat} does. Only the signal's number is known, as after any sigwait(3). A signal without a value
 * leaves {@code ssi_ptr} unused, so it carries the arming that the relay answers, 0 for a signal from outside.
 */
final class SignalRecord {
    static final long SIZE = signalfd_siginfo.sizeof();

    private SignalRecord() {}

    static void fill(MemorySegment struct, int signal, long arming) {
        struct.fill((byte) 0);
        signalfd_siginfo.ssi_signo(struct, signal);
        signalfd_siginfo.ssi_ptr(struct, arming);
    }

    static int signal(MemorySegment struct) {
        return signalfd_siginfo.ssi_signo(struct);
    }

    static long arming(MemorySegment struct) {
        return signalfd_siginfo.ssi_ptr(struct);
    }
}
