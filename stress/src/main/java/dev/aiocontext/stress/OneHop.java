package dev.aiocontext.stress;

import dev.aiocontext.internal.loop.Hop;
import org.jspecify.annotations.Nullable;

/** A call whose caller the loop's actor knows, once the caller is about to wait. */
class OneHop {
    private volatile @Nullable Hop<Integer> pushed;

    /** How often the call was made. */
    int made;

    OneHop() {}

    final Hop<Integer> push() {
        Hop<Integer> hop = new Hop<>(() -> ++made);
        pushed = hop;
        return hop;
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
