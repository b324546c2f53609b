package dev.aiocontext.source;

import dev.aiocontext.internal.posix.SignalNumber;

/** The signals that no source can have, on no route, with the reason. */
final class Refusals {
    private Refusals() {}

    /** Refuses a signal that the kernel or the JVM keeps for itself. */
    static void requireAllowed(int signal) {
        String reason = switch (SignalNumber.shortName(signal)) {
            case "KILL", "STOP" -> "the kernel lets no process handle it";
            case "SEGV", "BUS", "FPE", "ILL" ->
                "the JVM needs it: its own code runs into it, and it comes to the thread that caused it";
            case "TRAP", "SYS", "ABRT" ->
                "it comes to the thread that caused it, which cannot go on before it is handled";
            case "PIPE", "XFSZ" ->
                "the JVM ignores it, so that a write fails with EPIPE or EFBIG; look for that error instead";
            default -> null;
        };
        if (reason != null) {
            throw new UnsupportedOperationException(SignalNumber.name(signal) + " cannot have a source: " + reason);
        }
    }
}
