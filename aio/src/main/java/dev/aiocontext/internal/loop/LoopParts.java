package dev.aiocontext.internal.loop;

import dev.aiocontext.MonitorChoice;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SigioHandler;
import dev.aiocontext.Source;
import dev.aiocontext.internal.fdmon.FdEntry;
import dev.aiocontext.internal.fdmon.FdSet;
import dev.aiocontext.internal.posix.EventFd;
import dev.aiocontext.internal.relay.RelayChannel;
import dev.aiocontext.internal.relay.SigioRelay;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a loop, which are opened together and freed together. {@link Loop} puts those of the home thread in order.
 *
 * <p><b>Threads.</b> The public methods: any. Each part says itself which threads may call what of it. {@link #close}: the thread that closes.
 *
 * <p><b>Errors.</b> If opening ends by an Error, what was open is closed again. In {@link #close}, a step that throws does not keep the other
 * steps from being made.
 */
public final class LoopParts {
    final Inbox inbox;
    final Home home;
    final Callbacks callbacks;
    final Counters counters = new Counters.Apart();
    final Arming arming;
    final Slice slice;
    final Waiting waiting;
    final FdDispatch fdDispatch;
    final Readiness readiness;
    final FdSet descriptors;
    final EventFd doorbell;
    final Drivers drivers = new Drivers();
    final Timers timers;
    private final Sources sources;
    private final FdSources fdSources;
    private final Hooks hooks;
    private final LoopTime time;
    private final Reports reports;
    private final @Nullable RelayDriver relay;

    /**
     * Opens what the loop waits for; if that fails, all of it is closed again.
     *
     * @param name the name of the context, for messages
     * @param relayMode the relay's mode, not {@link RelayMode#AUTO}
     * @param monitorMode how to wait for descriptors
     * @param settings how to poll
     * @param home which thread is the home thread
     * @param callbacks calls the user
     * @param monotonic the monotonic clock
     * @param wall the time of day
     */
    public LoopParts(
            String name,
            RelayMode relayMode,
            MonitorMode monitorMode,
            AdaptivePolling.Settings settings,
            Home home,
            Callbacks callbacks,
            Ticks monotonic,
            Ticks wall) {
        this.home = home;
        this.callbacks = callbacks;
        RelayChannel openedRelay = null;
        FdSet openedSet = null;
        EventFd openedDoorbell = EventFd.open("the doorbell of AioContext " + name);
        try {
            openedRelay = relayMode == RelayMode.OFF ? null : SigioRelay.open(relayMode);
            openedSet = new FdSet(monitorMode);
            descriptors = openedSet;
            doorbell = openedDoorbell;
            inbox = new Inbox(name, doorbell, openedRelay, counters.rung);
            if (openedRelay != null) {
                openedRelay.attach(inbox.wakeup);
            }
            arming = new Arming(inbox.wakeup, doorbell, openedRelay != null);
            descriptors.put(arming.entry(), FdEntry.IN);
            descriptors.reserve(doorbell.writeFd());
            if (openedRelay == null) {
                relay = null;
            } else {
                relay = new RelayDriver(name, openedRelay, arming, inbox, descriptors, callbacks, counters);
                descriptors.put(relay.entry(), FdEntry.IN);
                descriptors.reserve(openedRelay.writeFd());
                drivers.add(relay);
            }
            Unfinished unfinished = new Unfinished();
            slice = new Slice(inbox, callbacks, counters, unfinished);
            AdaptivePolling polling = new AdaptivePolling(settings, counters);
            waiting = new Waiting(inbox, slice, arming, descriptors, drivers, polling, counters, home, monotonic);
            sources = new Sources(inbox, home);
            fdDispatch = new FdDispatch(descriptors, callbacks);
            fdSources = new FdSources(descriptors, fdDispatch, callbacks, inbox, home, sources, drivers);
            hooks = new Hooks(drivers, sources, inbox, home, callbacks, counters);
            readiness = new Readiness(descriptors, inbox, home, unfinished);
            timers = new Timers(
                    monotonic, wall, drivers, sources, inbox, home, descriptors, callbacks, counters, unfinished);
            time = new LoopTime(monotonic, counters, drivers);
            reports = new Reports(name, inbox, home, callbacks, counters);
        } catch (RuntimeException | Error e) {
            close(openedDoorbell, openedSet, openedRelay);
            throw e;
        }
    }

    private static void close(EventFd doorbell, @Nullable FdSet set, @Nullable RelayChannel relay) {
        try {
            doorbell.close();
        } finally {
            try {
                if (set != null) {
                    set.close();
                }
            } finally {
                if (relay != null) {
                    relay.close();
                }
            }
        }
    }

    /** {@return what other threads hand work to} */
    public Inbox inbox() {
        return inbox;
    }

    /** {@return the living sources} */
    public Sources sources() {
        return sources;
    }

    /** {@return the sources of descriptors} */
    public FdSources fdSources() {
        return fdSources;
    }

    /** {@return what parks threads until a descriptor is ready} */
    public Readiness readiness() {
        return readiness;
    }

    /** {@return what makes timers} */
    public Timers timers() {
        return timers;
    }

    /** {@return what makes hooks} */
    public Hooks hooks() {
        return hooks;
    }

    /** {@return what tells the time} */
    public LoopTime time() {
        return time;
    }

    /** {@return what takes failures that upcalls have caught} */
    public Reports reports() {
        return reports;
    }

    /** {@return what has been counted} */
    public Counters counters() {
        return counters;
    }

    /** {@return the relay's mode} */
    public RelayMode relayMode() {
        return relay == null ? RelayMode.OFF : relay.mode();
    }

    /** {@return which monitor is in use, and why} */
    public MonitorChoice monitor() {
        return descriptors.monitor();
    }

    /**
     * Handles SIGIO, in place of the source that does so now.
     *
     * @param handler what to call
     * @return the source; null if the loop has no relay
     */
    public @Nullable Source onSigio(SigioHandler handler) {
        if (relay == null) {
            return null;
        }
        SigioWork source = new SigioWork(relay, sources, handler);
        sources.add(source);
        SigioWork replaced = relay.put(source);
        if (replaced != null) {
            replaced.retire();
        }
        return source;
    }

    /** Frees everything, even if a part of it fails. The loop is not polled any more. */
    public void close() {
        try {
            fdSources.close();
        } finally {
            try {
                for (Driver driver : drivers.inUse()) {
                    driver.close();
                }
            } finally {
                doorbell.close();
            }
        }
    }
}
