package dev.aiocontext.internal.loop;

import dev.aiocontext.Source;
import dev.aiocontext.WaitHook;

/**
 * A hook of a loop, as a source.
 *
 * <p><b>Threads.</b> {@link #invoke}, {@link #callbackFailed}, {@link #prepared} and {@link #sleepless}: the home thread. Everything
 * else: any.
 */
final class HookSource extends ListedSource {
    private final HookDriver driver;
    private final WaitHook hook;
    private volatile boolean open = true;
    private volatile boolean suspended;

    /** Its prepare has returned, and its after is still to come. */
    boolean prepared;

    /** How many waits it has cut to nothing. */
    long sleepless;

    HookSource(HookDriver driver, Sources sources, String name, WaitHook hook) {
        super(sources, name);
        this.driver = driver;
        this.hook = hook;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void hold() {
        requireOpen();
        suspended = true;
    }

    @Override
    public void letGo() {
        requireOpen();
        suspended = false;
        driver.wakeLoop();
    }

    @Override
    public boolean isSuspended() {
        return suspended && open;
    }

    /** {@return whether the wait that comes is for it to prepare} */
    boolean isListening() {
        return open && !suspended;
    }

    @Override
    public void end() {
        open = false;
        driver.remove(this);
    }

    @Override
    public void endWithContext() {
        open = false;
    }

    @Override
    public void callbackFailed() {
        sources().suspensions().noteFailed(this);
        suspended = true;
    }

    @Override
    public Source owner() {
        return ownerOf(hook);
    }

    @Override
    public String waitsFor() {
        return "each wait";
    }

    @Override
    public void invoke() throws Throwable {
        if (prepared) {
            prepared = false;
            hook.after();
        } else {
            hook.prepare(driver.wait);
            prepared = true;
        }
    }

    @Override
    public String toString() {
        return "hook " + name();
    }
}
