package dev.aiocontext.internal.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UsesTest {
    private final Uses uses = new Uses();

    private Uses.Use enter() {
        return Objects.requireNonNull(uses.enter());
    }

    @Test
    void theFirstCloserReleasesTheObject() {
        assertThat(uses.isClosed()).isFalse();
        assertThat(uses.close()).isTrue();
        assertThat(uses.isClosed()).isTrue();
        assertThat(uses.close()).isFalse();
        assertThat(uses.enter()).isNull();
    }

    @Test
    void aCloserWaitsUntilEachUserHasLeft() {
        Uses.Use one = enter();
        Uses.Use other = enter();
        AtomicReference<@Nullable Boolean> closed = new AtomicReference<>();
        AtomicInteger tid = new AtomicInteger();
        Thread closer = Thread.ofPlatform().start(() -> {
            tid.set(Libc.gettid());
            closed.set(uses.close());
        });
        Eventually.holds("the object is closed to further use", uses::isClosed);
        assertThat(uses.enter()).isNull();
        awaitPauses(closer, tid.get());
        assertThat(closed.get()).isNull();
        one.busy = false;
        awaitPauses(closer, tid.get());
        assertThat(closed.get()).isNull();
        assertThat(uses.close()).as("a second closer does not wait").isFalse();
        other.busy = false;
        Eventually.ends(closer);
        assertThat(closed.get()).isTrue();
    }

    /** Waits until a closer has looked again and gone back to sleep, or has ended, which it must not. */
    private static void awaitPauses(Thread closer, int tid) {
        long before = sleeps(tid);
        Eventually.holds("it waits on, or ends", () -> !closer.isAlive() || sleeps(tid) > before + 1);
    }

    private static long sleeps(int tid) {
        return KernelThread.find(tid).map(KernelThread::sleeps).orElse(0L);
    }

    @Test
    void aSlotIsUsedAgain() {
        Uses.Use use = enter();
        use.busy = false;
        assertThat(enter()).isSameAs(use);
        assertThat(enter()).isNotSameAs(use);
    }

    @Test
    void aRefusedUserLeavesNothingBehindThatTheCloserWouldWaitFor() {
        Uses.Use use = enter();
        Thread closer = Thread.ofPlatform().start(uses::close);
        Eventually.holds("the object is closed to further use", uses::isClosed);
        for (int i = 0; i < 3; i++) {
            assertThat(uses.enter()).isNull();
        }
        use.busy = false;
        Eventually.ends(closer);
    }
}
