package dev.aiocontext.stress;

import dev.aiocontext.internal.wakeup.WorkList;
import dev.aiocontext.internal.wakeup.WorkList.Work;
import dev.aiocontext.internal.wakeup.WorkQueue;

/** Numbers that any thread hands to the home thread, first in, first out: what a loop does with its list of work. */
interface Inbox {
    /** Hands a number over, unless the inbox is closed. Any thread. */
    boolean push(int number);

    /** Takes what is there, after what was taken before, and says how many numbers that is. Home thread. */
    int take();

    /** Closes the inbox, and takes what is there. Home thread. */
    int close();

    /** The next of the numbers that were taken, 0 if there is none. Home thread. */
    int next();

    /** Whether there is nothing to take. Home thread. */
    boolean isEmpty();

    /** The library's. */
    static Inbox open() {
        return new OfWorkList();
    }

    /** An inbox that is a {@link WorkList}. */
    final class OfWorkList implements Inbox {
        private final WorkList work = new WorkList();
        private final WorkQueue taken = new WorkQueue();

        private static final class Numbered extends Work {
            final int number;

            Numbered(int number) {
                this.number = number;
            }
        }

        @Override
        public boolean push(int number) {
            return work.push(new Numbered(number));
        }

        @Override
        public int take() {
            return taken.append(work.takeAll());
        }

        @Override
        public int close() {
            return taken.append(work.close());
        }

        @Override
        public int next() {
            Work next = taken.poll();
            return next == null ? 0 : ((Numbered) next).number;
        }

        @Override
        public boolean isEmpty() {
            return work.isEmpty();
        }
    }
}
