package dev.aiocontext.internal.loop;

import dev.aiocontext.Source;
import dev.aiocontext.WaitHook;
import org.jspecify.annotations.Nullable;

/**
 * Makes the hooks of a loop. Their driver comes into use with the first of them.
 *
 * <p><b>Threads.</b> Any.
 */
public final class Hooks {
    private final Drivers drivers;
    private final Sources sources;
    private final Inbox inbox;
    private final Home home;
    private final Callbacks callbacks;
    private final Counters counters;

    /** Guarded by the monitor. */
    private @Nullable HookDriver driver;

    Hooks(Drivers drivers, Sources sources, Inbox inbox, Home home, Callbacks callbacks, Counters counters) {
        this.drivers = drivers;
        this.sources = sources;
        this.inbox = inbox;
        this.home = home;
        this.callbacks = callbacks;
        this.counters = counters;
    }

    /**
     * Makes a hook, which its owner closes.
     *
     * @param name its name, for messages
     * @param hook what it calls
     * @return the hook
     * @throws IllegalStateException if the context is closed
     */
    public Source make(String name, WaitHook hook) {
        HookDriver inUse = driver();
        HookSource source = new HookSource(inUse, sources, name, hook);
        sources.add(source);
        inUse.add(source);
        return source;
    }

    private synchronized HookDriver driver() {
        HookDriver made = driver;
        if (made == null) {
            made = new HookDriver(inbox, home, callbacks, counters);
            drivers.add(made);
            drivers.useHooks(made);
            driver = made;
        }
        return made;
    }
}
