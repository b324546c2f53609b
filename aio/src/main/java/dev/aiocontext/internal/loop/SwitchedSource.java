package dev.aiocontext.internal.loop;

/**
 * A source that is switched on and off by two flags. The loop looks at them before each wait, and is woken when one is switched on.
 *
 * <p><b>Threads.</b> Any. Each flag is a store, so none of them is left half done by an Error.
 */
abstract class SwitchedSource extends ListedSource {
    private volatile boolean open = true;
    private volatile boolean suspended;

    /**
     * Creates a source that is open, and not yet among the living.
     *
     * @param sources the living
     * @param name its name
     */
    SwitchedSource(Sources sources, String name) {
        super(sources, name);
    }

    /** Has the loop look at its flags once more before it waits. */
    abstract void wakeLoop();

    /** {@return whether it is to be called: it is open and not suspended} */
    final boolean isListening() {
        return open && !suspended;
    }

    /** Switches it off for good. */
    final void shut() {
        open = false;
    }

    /** Suspends it as {@link #hold} does, also if it is closed. */
    final void suspendFailed() {
        suspended = true;
    }

    @Override
    public final boolean isOpen() {
        return open;
    }

    @Override
    public final void hold() {
        requireOpen();
        suspended = true;
    }

    @Override
    public final void letGo() {
        requireOpen();
        suspended = false;
        wakeLoop();
    }

    @Override
    public final boolean isSuspended() {
        return suspended && open;
    }

    @Override
    public final void endWithContext() {
        shut();
    }
}
