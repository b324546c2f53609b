package dev.aiocontext;

import dev.aiocontext.internal.loop.Counters;
import dev.aiocontext.internal.loop.LoadMeter;
import dev.aiocontext.internal.loop.Readiness;
import java.time.Duration;

/**
 * The counters of a context since it was opened, as they were when they were asked for. Counting takes no atomic operation while
 * the loop is awake: the loop counts for itself, and a notifier counts only where it makes a system call anyway. The {@link #waiters} alone
 * are counted when they are asked for.
 */
public final class AioStatistics {
    private final long polls;
    private final Load load;
    private final Wakeups wakeups;
    private final Relay relay;
    private final Polling polling;
    private final Timers timers;
    private final Hooks hooks;
    private final Waiters waiters;

    AioStatistics(Counters counters, boolean polled, Readiness.Waiting waiting) {
        polls = counters.polls();
        load = new Load(counters.load().figures(polled));
        long rung = counters.rung();
        long asked = Math.max(counters.asked(), rung); // rung for work that the loop has not taken yet
        wakeups = new Wakeups(asked, rung);
        relay = new Relay(counters.echoes(), counters.rescues());
        polling = new Polling(counters.pollingNanos(), counters.pollingHits(), counters.pollingMisses());
        timers = new Timers(counters.timersFired(), counters.timersLate());
        hooks = new Hooks(counters.sleepless(), counters.sleeplessHook());
        waiters = new Waiters(waiting);
    }

    /** {@return how often the loop looked for work, nested polls included} */
    public long polls() {
        return polls;
    }

    /** {@return for how long the loop was busy} */
    public Load load() {
        return load;
    }

    /** {@return how the loop was woken} */
    public Wakeups wakeups() {
        return wakeups;
    }

    /** {@return what came through the SIGIO relay} */
    public Relay relay() {
        return relay;
    }

    /** {@return what adaptive polling costs, and what it gains} */
    public Polling polling() {
        return polling;
    }

    /** {@return how the timers were kept} */
    public Timers timers() {
        return timers;
    }

    /** {@return what the hooks have done to the waits} */
    public Hooks hooks() {
        return hooks;
    }

    /** {@return the threads that wait in {@link AioContext#awaitReady}} */
    public Waiters waiters() {
        return waiters;
    }

    @Override
    public String toString() {
        return "polls " + polls + ", load " + load + ", wake-ups " + wakeups + ", relay " + relay + ", polling "
                + polling + ", timers " + timers + ", hooks " + hooks + ", waiters " + waiters;
    }

    /**
     * The time in which the loop waited for something to do, and the time in which it was busy. A wait is adaptive polling and what follows
     * it. The loop is busy between two waits, also while its thread is outside of {@code poll}. Before the first poll, and after {@code run}
     * has returned, it counts as waiting.
     */
    public static final class Load {
        private final LoadMeter.Figures figures;

        private Load(LoadMeter.Figures figures) {
            this.figures = figures;
        }

        /** {@return how often the loop found nothing to do, and waited} */
        public long waits() {
            return figures.waits();
        }

        /** {@return how long it waited; {@link Polling#time} of this kept a processor busy} */
        public Duration waiting() {
            return Duration.ofNanos(figures.waited());
        }

        /** {@return how long it was busy} */
        public Duration busy() {
            return Duration.ofNanos(figures.busy());
        }

        /**
         * Tells how long the loop has been busy since its last wait. If this grows and {@link AioStatistics#polls} does not, a callback keeps
         * the loop.
         *
         * @return the time; zero if the loop waits
         */
        public Duration busySince() {
            return Duration.ofNanos(figures.busySince());
        }

        /**
         * Tells the longest time between two waits. Whatever came meanwhile waited for so long at most, because a loop that waits has left
         * nothing undone.
         *
         * <p>This is the lag of a loop that comes to wait now and then. It is none of a loop under constant load, which may not wait for
         * minutes: this grows all that time, and yet a task waits for one iteration only. To measure each iteration, the loop would read the clock
         * in each, which takes 25 ns, where an iteration without work takes 9. Two other figures tell that lag, and cost nothing:
         * <ul>
         *   <li>The mean: of two statistics, the difference of {@link #busy} divided by that of {@link AioStatistics#polls} is how long an
         *       iteration took.
         *   <li>The greatest that was seen: {@link Timers#late}, because an iteration with timers reads the clock anyway. A periodic timer that
         *       does nothing sees each iteration that is longer than its period. Node.js measures the delay of its loop in this way.
         * </ul>
         *
         * @return the time, {@link #busySince} included
         */
        public Duration longestBusy() {
            return Duration.ofNanos(figures.longestBusy());
        }

        /**
         * Tells what part of the time the loop was busy. Of two statistics, the difference of {@link #busy} and that of {@link #waiting} tell the
         * utilisation between them.
         *
         * @return 0 to 1
         */
        public double utilisation() {
            return figures.busy() == 0 ? 0 : (double) figures.busy() / (figures.busy() + figures.waited());
        }

        @Override
        public String toString() {
            return Math.round(100 * utilisation()) + " % (busy " + busy() + ", at most " + longestBusy()
                    + " between two of " + waits() + " waits)";
        }
    }

    /** Wake-ups of the loop. */
    public static final class Wakeups {
        private final long asked;
        private final long rung;

        private Wakeups(long asked, long rung) {
            this.asked = asked;
            this.rung = rung;
        }

        /**
         * Counts the wake-ups that were asked for and that the loop has seen: work that was queued, and bare {@link
         * AioContext#wakeup}s. Bare ones that come before the loop saw an earlier one count as one with it.
         *
         * @return the number
         */
        public long asked() {
            return asked;
        }

        /** {@return how many of them rang the doorbell} */
        public long rung() {
            return rung;
        }

        /** {@return how many of them found the loop awake, or already rung for, and so made no system call} */
        public long skipped() {
            return asked - rung;
        }

        @Override
        public String toString() {
            return asked + " (" + rung + " rung)";
        }
    }

    /** Wake-ups that came through the SIGIO relay. */
    public static final class Relay {
        private final long echoes;
        private final long rescues;

        private Relay(long echoes, long rescues) {
            this.echoes = echoes;
            this.rescues = rescues;
        }

        /** {@return how many there were: echoes and rescues} */
        public long relayed() {
            return echoes + rescues;
        }

        /**
         * Counts those that came after the doorbell had done its duty, or after the loop had found the work by itself. They are
         * harmless.
         *
         * @return the number
         */
        public long echoes() {
            return echoes;
        }

        /**
         * Counts those that found work which no doorbell had announced: lost wake-ups, repaired by the relay.
         *
         * @return the number
         */
        public long rescues() {
            return rescues;
        }

        @Override
        public String toString() {
            return relayed() + " (" + rescues + " rescues)";
        }
    }

    /** Adaptive polling. */
    public static final class Polling {
        private final long nanos;
        private final long hits;
        private final long misses;

        private Polling(long nanos, long hits, long misses) {
            this.nanos = nanos;
            this.hits = hits;
            this.misses = misses;
        }

        /** {@return the processor time that it took} */
        public Duration time() {
            return Duration.ofNanos(nanos);
        }

        /** {@return how many waits it ended, at no system call for the notifier} */
        public long hits() {
            return hits;
        }

        /** {@return how many waits began with polling in vain, and blocked} */
        public long misses() {
            return misses;
        }

        @Override
        public String toString() {
            return time() + " (" + hits + " hits, " + misses + " misses)";
        }
    }

    /** Timers, by all clocks. */
    public static final class Timers {
        private final long fired;
        private final long late;

        private Timers(long fired, long late) {
            this.fired = fired;
            this.late = late;
        }

        /** {@return how often a timer has fired} A periodic timer that has missed deadlines has fired once for all of them. */
        public long fired() {
            return fired;
        }

        /**
         * Tells by how much a timer was late, at most: from the end of its {@linkplain TimerOptions#accuracy accuracy} to its call, by its
         * clock. This is the time for which callbacks or the machine kept the loop from it. Timers that were suspended at their
         * deadline, or armed for a moment that had passed, are no exception.
         *
         * <p>An iteration looks at the clock before its first, second, third, fifth and ninth timer, and after each 16. A timer that waited for
         * the callbacks of others since the last look counts without them. So up to 15 timers behind a slow callback may go untold,
         * and none where an iteration fires three or fewer. While a flight recording wants late timers, each call is preceded by a look.
         *
         * @return the time; zero if each timer fired within its accuracy
         */
        public Duration late() {
            return Duration.ofNanos(late);
        }

        @Override
        public String toString() {
            return fired + " (late by at most " + late() + ")";
        }
    }

    /** {@linkplain WaitHook Hooks} before each wait. */
    public static final class Hooks {
        private final long sleepless;
        private final String mostSleepless;

        private Hooks(long sleepless, String mostSleepless) {
            this.sleepless = sleepless;
            this.mostSleepless = mostSleepless;
        }

        /**
         * Counts the waits that a hook has cut to nothing, because it said {@link Wait#doNotSleep}, or a time that was over before the
         * loop could sleep. Polls that find work, or are told not to wait, are not among them. If this number grows nearly as fast as
         * {@link AioStatistics#polls}, a hook keeps the processor busy.
         *
         * @return the number
         */
        public long sleepless() {
            return sleepless;
        }

        /** {@return the name of the hook that has cut the most waits to nothing; an empty string if none has} */
        public String mostSleepless() {
            return mostSleepless;
        }

        @Override
        public String toString() {
            return sleepless + " sleepless" + (mostSleepless.isEmpty() ? "" : " (most by " + mostSleepless + ")");
        }
    }

    /** Threads that wait for descriptors in {@link AioContext#awaitReady}. They are no sources. */
    public static final class Waiters {
        private final Readiness.Waiting waiting;

        private Waiters(Readiness.Waiting waiting) {
            this.waiting = waiting;
        }

        /** {@return how many threads wait, and were not told} A thread counts as soon as the loop has taken its descriptor on. */
        public int threads() {
            return waiting.threads();
        }

        /** {@return how many descriptors these threads wait for} */
        public int descriptors() {
            return waiting.descriptors();
        }

        @Override
        public String toString() {
            return threads() + " (for " + descriptors() + " descriptors)";
        }
    }
}
