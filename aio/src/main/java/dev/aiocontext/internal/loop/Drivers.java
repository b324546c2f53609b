package dev.aiocontext.internal.loop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The drivers of a loop that are in use: those that it was opened with, and those of features that somebody has used since.
 *
 * <p><b>Threads.</b> Any. A driver that was added before its caller announces something is seen by a loop that looks for that after it
 * has armed, because the loop reads the array anew with each look.
 */
final class Drivers {
    private volatile Driver[] inUse = {};
    private volatile @Nullable HookDriver hooks;

    /** {@return the drivers, in the order in which they were added; not to be changed} */
    Driver[] inUse() {
        return inUse;
    }

    /**
     * {@return whether there is a driver that is called before each wait and after it}
     *
     * <p>Each poll asks this in place of {@link #hooks}: a method whose signature names a class that is not loaded is not inlined, and the class
     * of hooks is loaded with the first hook.
     */
    boolean haveHooks() {
        return hooks != null;
    }

    /** {@return the driver that is called before each wait and after it, if there is one} */
    @Nullable
    HookDriver hooks() {
        return hooks;
    }

    /** Has a driver called before each wait and after it. */
    void useHooks(HookDriver driver) {
        hooks = driver;
    }

    synchronized void add(Driver driver) {
        Driver[] before = inUse;
        Driver[] more = Arrays.copyOf(before, before.length + 1);
        more[before.length] = driver;
        inUse = more;
    }
}
