package dev.aiocontext.stress;

import dev.aiocontext.internal.loop.Hop;
import org.jspecify.annotations.Nullable;

/** A call whose caller the loop's actor knows, once the caller is about to wait. */
class OneHop {
    private static final IllegalStateException FAILURE = new IllegalStateException("the call fails");

    private volatile @Nullable Hop<Integer> pushed;

    /** How often the call was made. */
    int made;

    OneHop() {}

    final Hop<Integer> push() {
        Hop<Integer> hop = new Hop<>(() -> ++made);
        pushed = hop;
        return hop;
    }

    final Hop<Integer> pushFailing() {
        Hop<Integer> hop = new Hop<>(() -> {
            made++;
            throw FAILURE;
        });
        pushed = hop;
        return hop;
    }

    static void awaitFailure(Hop<Integer> hop) {
        try {
            throw new AssertionError(get(hop));
        } catch (IllegalStateException expected) {
            requireFailure(expected);
        }
    }

    static boolean fails(Hop<Integer> hop) {
        try {
            hop.run();
            return false;
        } catch (IllegalStateException expected) {
            requireFailure(expected);
            return true;
        }
    }

    @SuppressWarnings("ReferenceEquality") // the very exception that was thrown
    private static void requireFailure(IllegalStateException thrown) {
        if (thrown != FAILURE) {
            throw thrown;
        }
    }

    final Hop<Integer> take() {
        Hop<Integer> hop = pushed;
        while (hop == null) {
            Thread.onSpinWait();
            hop = pushed;
        }
        return hop;
    }

    static int get(Hop<Integer> hop) {
        try {
            return hop.get();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
