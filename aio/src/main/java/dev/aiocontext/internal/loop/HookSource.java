package dev.aiocontext.internal.loop;

import dev.aiocontext.Source;
import dev.aiocontext.WaitHook;

/**
 * A hook of a loop, as a source.
 *
 * <p><b>Threads.</b> {@link #invoke}, {@link #callbackFailed}, {@link #prepared} and {@link #sleepless}: the home thread. Everything
 * else: any.
 */
final class HookSource extends SwitchedSource {
    private final HookDriver driver;
    private final WaitHook hook;

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
    void wakeLoop() {
        driver.wakeLoop();
    }

    @Override
    public void end() {
        shut();
        driver.remove(this);
    }

    @Override
    public void callbackFailed() {
        sources().suspensions().noteFailed(this);
        suspendFailed();
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
