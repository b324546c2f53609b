package dev.aiocontext.internal.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import java.util.Objects;
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
        Thread closer = Thread.ofPlatform().start(() -> closed.set(uses.close()));
        Eventually.holds("the object is closed to further use", uses::isClosed);
        assertThat(uses.enter()).isNull();
        one.busy = false;
        assertThat(closed.get()).isNull();
        assertThat(uses.close()).as("a second closer does not wait").isFalse();
        other.busy = false;
        Eventually.ends(closer);
        assertThat(closed.get()).isTrue();
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
