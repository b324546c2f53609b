package dev.aiocontext.internal.wakeup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WakeupTest {
    private final List<Long> rung = new ArrayList<>();
    private final Wakeup wakeup = new Wakeup(rung::add);

    @Test
    void anAwakeLoopIsNotRungFor() {
        wakeup.ring();
        wakeup.arm();
        wakeup.disarm();
        wakeup.ring();
        assertThat(rung).isEmpty();
    }

    @Test
    void anArmedLoopIsRungForOncePerArming() {
        wakeup.arm();
        wakeup.ring();
        wakeup.ring();
        assertThat(rung).containsExactly(1L);
        assertThat(wakeup.disarm()).isTrue();

        wakeup.arm();
        wakeup.ring();
        assertThat(rung).containsExactly(1L, 2L);
    }

    @Test
    void disarmingSaysWhetherSomebodyRang() {
        wakeup.arm();
        assertThat(wakeup.disarm()).isFalse();
        assertThat(wakeup.arming()).isEqualTo(1);
    }

    @Test
    void theLoopHasGoneOnWhenItHasDisarmedAndNotBefore() {
        wakeup.arm();
        wakeup.ring();
        assertThat(wakeup.hasGoneOn(1)).isFalse();
        wakeup.disarm();
        assertThat(wakeup.hasGoneOn(1)).isTrue();
        wakeup.arm();
        assertThat(wakeup.hasGoneOn(1)).isTrue();
        assertThat(wakeup.hasGoneOn(2)).isFalse();
        wakeup.ring();
        assertThat(wakeup.hasGoneOn(1)).isTrue();
        assertThat(wakeup.hasGoneOn(2)).isFalse();
    }

    @Test
    void theLoopHasNotGoneOnBecauseItsDoorbellFailed() {
        Wakeup broken = new Wakeup(arming -> {
            throw new IllegalStateException("broken");
        });
        broken.arm();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(broken::ring)).hasMessage("broken");
        assertThat(broken.hasGoneOn(1)).isFalse();
        broken.disarm();
        assertThat(broken.hasGoneOn(1)).isTrue();
    }

    @Test
    void aBareRequestIsKeptUntilItIsTaken() {
        wakeup.request();
        wakeup.request();
        assertThat(wakeup.isRequested()).isTrue();
        assertThat(wakeup.takeRequest()).isTrue();
        assertThat(wakeup.isRequested()).isFalse();
        assertThat(wakeup.takeRequest()).isFalse();
    }

    @Test
    void aBareRequestRingsForAnArmedLoop() {
        wakeup.arm();
        wakeup.request();
        assertThat(rung).containsExactly(1L);
    }

    @Test
    void theSecondBellIsRungThoughTheFirstFails() {
        Doorbell broken = arming -> {
            throw new IllegalStateException("broken");
        };
        Wakeup both = new Wakeup(broken.andThen(rung::add));
        both.arm();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(both::ring)).hasMessage("broken");
        assertThat(rung).containsExactly(1L);
        // It did not mark the arming: the next notifier is not told that somebody else has rung.
        assertThat(org.assertj.core.api.Assertions.catchThrowable(both::ring)).hasMessage("broken");
        assertThat(rung).containsExactly(1L, 1L);
    }

    @Test
    void anArmingIsMarkedOnlyAfterItWasRung() {
        List<Boolean> marked = new ArrayList<>();
        Wakeup[] self = new Wakeup[1];
        self[0] = new Wakeup(arming -> {
            // A notifier that comes now depends on nobody: it rings itself.
            if (marked.size() < 3) {
                marked.add(false);
                self[0].ring();
            }
        });
        self[0].arm();
        self[0].ring();
        assertThat(marked).hasSize(3);
        assertThat(self[0].disarm()).isTrue();
    }

    @Test
    void faultsAreForWhatTheThreadOpensMeanwhileOnly() {
        Doorbell real = rung::add;
        Doorbell silent = arming -> {};
        assertThat(Doorbell.withFault(bell -> silent, () -> Doorbell.orFault(real)))
                .isSameAs(silent);
        assertThat(Doorbell.orFault(real)).isSameAs(real);
    }
}
