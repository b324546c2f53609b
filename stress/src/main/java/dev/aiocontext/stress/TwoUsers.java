package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.posix.Uses;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two threads begin to use a kernel object at once: each gets a slot of its own, which a closer finds. */
public final class TwoUsers {
    private TwoUsers() {}

    /** What becomes of the slots. */
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Two slots, and both are in the list.")
    @Outcome(id = "false, .*", expect = FORBIDDEN, desc = "One slot: the first to leave leaves for both.")
    @Outcome(expect = FORBIDDEN, desc = "A slot that no closer finds, and waits for.")
    private static final class Slots {}

    private static void check(Uses uses, Uses.@Nullable Use one, Uses.@Nullable Use other, ZZ_Result r) {
        if (one == null || other == null || one == other) {
            return;
        }
        r.r1 = true;
        one.busy = false;
        other.busy = false;
        Uses.Use first = uses.enter();
        Uses.Use second = uses.enter();
        r.r2 = first != null && second != null && Set.of(one, other).equals(Set.of(first, second));
    }

    /** The first slot is free. */
    @JCStressTest
    @JCStressMeta(Slots.class)
    @State
    public static class FirstSlot {
        private final Uses uses = new Uses();
        private Uses.@Nullable Use one;
        private Uses.@Nullable Use other;

        /** Enters. */
        @Actor
        public void one() {
            one = uses.enter();
        }

        /** Enters too. */
        @Actor
        public void other() {
            other = uses.enter();
        }

        /**
         * Looks at the slots.
         *
         * @param r whether there are two, and whether they are in the list
         */
        @Arbiter
        public void end(ZZ_Result r) {
            check(uses, one, other, r);
        }
    }

    /** No slot is free, so both want to add one. */
    @JCStressTest
    @JCStressMeta(Slots.class)
    @State
    public static class MoreSlots {
        private final Uses uses = new Uses();
        private Uses.@Nullable Use one;
        private Uses.@Nullable Use other;

        /** Takes the first slot, for good. */
        public MoreSlots() {
            uses.enter();
        }

        /** Enters. */
        @Actor
        public void one() {
            one = uses.enter();
        }

        /** Enters too. */
        @Actor
        public void other() {
            other = uses.enter();
        }

        /**
         * Looks at the slots.
         *
         * @param r whether there are two, and whether they are in the list
         */
        @Arbiter
        public void end(ZZ_Result r) {
            check(uses, one, other, r);
        }
    }
}
