package dev.aiocontext.jmh.peer;

/** Keeps a loop awake: it is held in a task that spins, until it is released. One holder. */
public final class BusyLoop {
    private final TaskLoop loop;
    private final Runnable spin = this::spin;
    private volatile boolean entered;
    private volatile boolean released;

    /**
     * Has nothing happen yet.
     *
     * @param loop the loop
     */
    public BusyLoop(TaskLoop loop) {
        this.loop = loop;
    }

    private void spin() {
        entered = true;
        while (!released) {
            Thread.onSpinWait();
        }
    }

    /** Returns when the loop is in the task. */
    public void hold() {
        entered = false;
        released = false;
        loop.execute(spin);
        while (!entered) {
            Thread.onSpinWait();
        }
    }

    /** Returns when the loop has left the task and has run what came meanwhile. */
    public void release() {
        released = true;
        Threads.runOn(loop, () -> {});
    }
}
