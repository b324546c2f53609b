package dev.aiocontext.internal.relay;

/**
 * Logs what the relay cannot do, and never fails. Any thread.
 *
 * <p>The relay thread must outlive a logger that throws: if it ended, its number could become another thread's while notifiers
 * signal it. A notifier must return normally, because its work is handed over.
 */
final class RelayLog {
    // The relay's own name, not this class's: users filter by it.
    private static final System.Logger LOG = System.getLogger(SigioRelay.class.getName());

    private RelayLog() {}

    /** Loads the logger before anybody needs it: a thread that complains may lack the stack or the heap to initialise a class. */
    static void load() {}

    /** Logs a failure, as an error. If the logger throws, prints the failure. */
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
