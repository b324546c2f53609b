package dev.aiocontext;

import dev.aiocontext.internal.loop.Counters;
import java.time.Duration;

/**
 * The counters of a context since it was opened, as they were when they were asked for. Counting takes no atomic operation while
 * the loop is awake: the loop counts for itself, and a notifier counts only where it makes a system call anyway.
 */
public final class AioStatistics {
    private final long polls;
    private final Wakeups wakeups;
    private final Relay relay;
    private final Polling polling;
    private final Timers timers;
    private final Hooks hooks;

    AioStatistics(Counters counters) {
        polls = counters.polls();
        long rung = counters.rung();
        long asked = Math.max(counters.asked(), rung); // rung for work that the loop has not taken yet
        wakeups = new Wakeups(asked, rung);
        relay = new Relay(counters.echoes(), counters.rescues());
        polling = new Polling(counters.pollingNanos(), counters.pollingHits(), counters.pollingMisses());
        timers = new Timers(counters.timersFired(), counters.timersLate());
        hooks = new Hooks(counters.sleepless(), counters.sleeplessHook());
    }

    /** {@return how often the loop looked for work, nested polls included} */
    public long polls() {
        return polls;
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

    @Override
    public String toString() {
        return "polls " + polls + ", wake-ups " + wakeups + ", relay " + relay + ", polling " + polling + ", timers "
                + timers + ", hooks " + hooks;
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
         * Tells by how much a timer was late, at most: from the end of its {@linkplain TimerOptions#accuracy accuracy} to the iteration
         * that fired it, by its clock. This is the time for which callbacks or the machine kept the loop from it. Timers that were
         * suspended at their deadline, or armed for a moment that had passed, are no exception.
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
}
