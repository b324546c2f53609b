package dev.aiocontext.stress.soak;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** What the soak asks for, and what of it arrives, over all loops. Any thread. */
final class Counts {
    /** Tasks of other threads, waited for one by one or in bursts. */
    final Count wakeUps = new Count("wake-ups");

    /** Tasks of one loop for another. */
    final Count hops = new Count("hops");

    /** Work for the thread pools, and its completions on the loops. */
    final Count jobs = new Count("jobs");

    /** Events of descriptors that are opened, registered, removed and closed. */
    final Count descriptors = new Count("descriptors");

    /** Contexts that are opened, used and closed. */
    final Count contexts = new Count("contexts");

    /** Expirations of the loops' timerfds. */
    final Count ticks = new Count("ticks");

    /** Timers that are armed, armed again and disarmed. */
    final Count timers = new Count("timers");

    /** Deadlines of the loops' periodic timers. */
    final Count periods = new Count("periods");

    final List<Count> all = List.of(wakeUps, hops, jobs, descriptors, contexts, timers, ticks, periods);

    /** {@return whether it goes by the clock, so that it may be one ahead or behind for each loop} */
    boolean goesByTheClock(Count count) {
        return count == ticks || count == periods;
    }

    /** One of them. */
    static final class Count {
        final String what;
        private final LongAdder asked = new LongAdder();
        private final LongAdder arrived = new LongAdder();

        private Count(String what) {
            this.what = what;
        }

        void ask(long count) {
            asked.add(count);
        }

        void arrive(long count) {
            arrived.add(count);
        }

        long asked() {
            return asked.sum();
        }

        long arrived() {
            return arrived.sum();
        }
    }
}
