package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.EmbeddedLoop;
import dev.aiocontext.Source;
import dev.aiocontext.internal.posix.Descriptors;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * A whole context that an outer loop waits for, by nothing but its descriptor, while another thread has something for it. The outer loop is
 * the shortest there is: it prepares, looks at the descriptor until it is readable, and dispatches.
 */
public final class OuterLoopWaits {
    private OuterLoopWaits() {}

    /** What becomes of the outer loop. */
    @Outcome(
            id = "true",
            expect = ACCEPTABLE,
            desc = "The descriptor became readable, and the loop did what it was woken for.")
    @Outcome(
            id = "false",
            expect = FORBIDDEN,
            desc = "Lost wake-up: the descriptor stayed unreadable until it was rescued.")
    private static final class Woken {}

    /** A context, and an outer loop that runs until something was done. */
    abstract static class Embedded {
        private static final int POLLIN = 1;

        final Rescuer rescuer = new Rescuer();
        final AioContext context = rescuer.context;
        final EmbeddedLoop inner = context.embed();

        /** Plain: the home thread's. */
        int runs;

        /** What the context is woken by, to be closed in the end. */
        @Nullable
        Source source;

        private volatile boolean announced;

        /** The notifier has announced it. */
        final void announced() {
            announced = true;
            rescuer.awaitLoop();
        }

        /** Prepares at the beginning and after each dispatch. */
        final void runOuterLoop() {
            inner.prepare();
            while (runs == 0) {
                awaitReadable();
                inner.dispatch();
                inner.prepare();
            }
            end();
        }

        final void awaitReadable() {
            int fd = inner.fd();
            while (Descriptors.ready(fd, POLLIN) == 0) {
                Thread.onSpinWait();
            }
        }

        final void end() {
            rescuer.loopIsBack();
            while (!announced) { // a notifier may still be on its way out
                Thread.onSpinWait();
            }
            if (source != null) {
                source.close();
            }
            context.close();
        }

        final boolean wasWoken() {
            return !rescuer.hasRescued() && runs == 1;
        }
    }

    /** By work, which meets the first prepare. */
    @JCStressTest
    @JCStressMeta(Woken.class)
    @OpensDescriptors
    @State
    public static class Executes extends Embedded {
        /** Hands work over. */
        @Actor
        public void notifier() {
            context.execute(() -> runs++);
            announced();
        }

        /** Waits for it. */
        @Actor
        public void loop() {
            runOuterLoop();
        }

        /**
         * Looks back.
         *
         * @param r whether the descriptor told it
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = wasWoken();
        }
    }

    /** By work, which meets a second prepare, and a poll between two waits. */
    @JCStressTest
    @JCStressMeta(Woken.class)
    @OpensDescriptors
    @State
    public static class ExecutesBetween extends Embedded {
        /** Hands work over. */
        @Actor
        public void notifier() {
            context.execute(() -> runs++);
            announced();
        }

        /** Prepares twice, and polls. */
        @Actor
        public void loop() {
            inner.prepare();
            inner.prepare();
            context.poll(false); // and the wait goes on
            while (runs == 0) {
                awaitReadable();
                context.poll(false); // as good as dispatch and prepare
            }
            end();
        }

        /**
         * Looks back.
         *
         * @param r whether the descriptor told it
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = wasWoken();
        }
    }

    /** By a timer, which is due at once. */
    @JCStressTest
    @JCStressMeta(Woken.class)
    @OpensDescriptors
    @State
    public static class Arms extends Embedded {
        private final AioTimer timer = context.newTimer("timer", (self, missed) -> runs++);

        /** The timer is not armed at first. */
        public Arms() {
            source = timer;
        }

        /** Arms it. */
        @Actor
        public void notifier() {
            timer.arm(Duration.ofNanos(1));
            announced();
        }

        /** Waits for it. */
        @Actor
        public void loop() {
            runOuterLoop();
        }

        /**
         * Looks back.
         *
         * @param r whether the descriptor told it
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = wasWoken();
        }
    }

    /** By a hook that is resumed. */
    @JCStressTest
    @JCStressMeta(Woken.class)
    @OpensDescriptors
    @State
    public static class Resumes extends Embedded {
        private final Source hook = context.newHook("hook", wait -> runs = 1);

        /** The hook is suspended at first. */
        public Resumes() {
            hook.suspend();
            source = hook;
        }

        /** Resumes it. */
        @Actor
        public void notifier() {
            hook.resume();
            announced();
        }

        /** Waits for the hook's call. */
        @Actor
        public void loop() {
            runOuterLoop();
        }

        /**
         * Looks back.
         *
         * @param r whether the descriptor told it
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = wasWoken();
        }
    }

    /** By a hook that is made. */
    @JCStressTest
    @JCStressMeta(Woken.class)
    @OpensDescriptors
    @State
    public static class MakesHook extends Embedded {
        /** Makes it. */
        @Actor
        public void notifier() {
            source = context.newHook("hook", wait -> runs = 1);
            announced();
        }

        /** Waits for the hook's call. */
        @Actor
        public void loop() {
            runOuterLoop();
        }

        /**
         * Looks back.
         *
         * @param r whether the descriptor told it
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = wasWoken();
        }
    }
}
