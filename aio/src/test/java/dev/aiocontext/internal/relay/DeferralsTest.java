package dev.aiocontext.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeferralsTest {
    private static final long BOUND = Deferrals.BOUND;

    private long now = -BOUND / 2; // the clock may be anywhere
    private final Set<String> acknowledged = new HashSet<>();
    private final List<String> delivered = new ArrayList<>();
    private final Deferrals<String> deferrals = new Deferrals<>(
            () -> now,
            (channel, arming) -> acknowledged.contains(channel + arming),
            (channel, arming) -> delivered.add(channel + arming));

    private void lookAfter(long nanos) {
        now += nanos;
        deferrals.look();
    }

    @Test
    void whatIsNotAcknowledgedForAWholeBoundIsDeliveredOnce() {
        deferrals.add("a", 7);
        lookAfter(BOUND - 1);
        assertThat(delivered).isEmpty();
        lookAfter(1);
        assertThat(delivered).containsExactly("a7");
        lookAfter(BOUND);
        lookAfter(BOUND);
        assertThat(delivered).containsExactly("a7");
    }

    @Test
    void whatAnErrorHasKeptFromItsLoopIsDeliveredAtTheNextLook() {
        List<Error> failures = new ArrayList<>(List.of(new StackOverflowError("on purpose")));
        Deferrals<String> failing = new Deferrals<>(() -> now, (channel, arming) -> false, (channel, arming) -> {
            if (!failures.isEmpty()) {
                throw failures.removeFirst();
            }
            delivered.add(channel + arming);
        });
        failing.add("a", 7);
        now += BOUND;
        assertThatThrownBy(failing::look).isInstanceOf(StackOverflowError.class);
        now += BOUND;
        failing.look();
        now += BOUND;
        failing.look();
        assertThat(delivered).containsExactly("a7");
    }

    @Test
    void whatIsAcknowledgedInTimeIsDropped() {
        deferrals.add("a", 7);
        acknowledged.add("a7");
        lookAfter(BOUND);
        acknowledged.clear();
        lookAfter(BOUND);
        assertThat(delivered).isEmpty();
    }

    @Test
    void whatIsAcknowledgedAlreadyIsNotPutOff() {
        acknowledged.add("a7");
        deferrals.add("a", 7);
        acknowledged.clear();
        lookAfter(BOUND);
        assertThat(delivered).isEmpty();
    }

    @Test
    void whatComesBetweenTwoLooksHasAWholeBoundToo() {
        deferrals.add("a", 1);
        now += BOUND / 2;
        deferrals.add("b", 1);
        lookAfter(BOUND / 2);
        assertThat(delivered).containsExactly("a1");
        lookAfter(BOUND);
        assertThat(delivered).containsExactly("a1", "b1");
    }

    @Test
    void anEarlierArmingOfAChannelDoesNotStandForALaterOne() {
        deferrals.add("a", 1);
        deferrals.add("a", 2);
        acknowledged.add("a1");
        lookAfter(BOUND);
        assertThat(delivered).containsExactly("a2");
    }

    @Test
    void aLookIsDueABoundAfterTheLastOne() {
        deferrals.add("a", 1);
        assertThat(deferrals.untilNextLook()).isEqualTo(BOUND);
        now += BOUND / 4;
        assertThat(deferrals.untilNextLook()).isEqualTo(BOUND - BOUND / 4);
        now += BOUND;
        assertThat(deferrals.untilNextLook()).isZero();
        deferrals.look();
        assertThat(deferrals.untilNextLook()).isEqualTo(BOUND);
    }

    @Test
    void looksGoOnForAWhileAfterTheLastRequest() {
        assertThat(deferrals.isIdle()).isTrue();
        acknowledged.add("a1");
        deferrals.add("a", 1);
        for (int i = 1; i < Deferrals.QUIET_LOOKS; i++) {
            lookAfter(BOUND);
        }
        assertThat(deferrals.isIdle()).isFalse();
        deferrals.add("a", 1);
        for (int i = 1; i < Deferrals.QUIET_LOOKS; i++) {
            lookAfter(BOUND);
        }
        assertThat(deferrals.isIdle()).isFalse();
        lookAfter(BOUND);
        assertThat(deferrals.isIdle()).isTrue();
    }
}
