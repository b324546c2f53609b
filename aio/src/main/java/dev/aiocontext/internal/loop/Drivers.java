package dev.aiocontext.internal.loop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The drivers of a loop that are in use: those that it was opened with, and those of features that somebody has used since.
 *
 * <p><b>Threads.</b> Any. A caller adds a driver before it announces something. A loop that looks for that after it has armed sees
 * the driver, because it reads the array anew with each look.
 */
final class Drivers {
    private volatile Driver[] inUse = {};
    private volatile @Nullable Around around;

    /** {@return the drivers, in the order in which they were added; not to be changed} */
    Driver[] inUse() {
        return inUse;
    }

    /**
     * {@return whether anything is called around each wait}
     *
     * <p>Each poll asks this in place of {@link #around}. A method whose signature names a class that is not loaded is not inlined,
     * and what is called around waits is loaded when it is first used.
     */
    boolean haveAround() {
        return around != null;
    }

    /** {@return what is called around each wait, if there is anything} */
    @Nullable
    Around around() {
        return around;
    }

    /** Has a driver called before each wait and after it. */
    synchronized void useHooks(HookDriver driver) {
        Around before = around;
        around = new Around(driver, before == null ? null : before.polls());
    }

    /** Has a driver poll in user space before each wait. */
    synchronized void usePolls(PollDriver driver) {
        Around before = around;
        around = new Around(before == null ? null : before.hooks(), driver);
    }

    synchronized void add(Driver driver) {
        Driver[] before = inUse;
        Driver[] more = Arrays.copyOf(before, before.length + 1);
        more[before.length] = driver;
        inUse = more;
    }
}
