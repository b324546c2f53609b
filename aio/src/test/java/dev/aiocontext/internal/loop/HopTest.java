package dev.aiocontext.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A call that a thread waits for, made by the same thread: it cannot tell what it would see too early. */
class HopTest {
    @Test
    void theOutcomeIsNotSettledBeforeTheCallHasReturned() throws InterruptedException {
        Hop<?>[] hop = {null};
        boolean[] settled = {true};
        Hop<Integer> made = new Hop<>(() -> {
            settled[0] = hop[0].isSettled();
            return 7;
        });
        hop[0] = made;
        made.run();
        assertThat(settled[0]).isFalse();
        assertThat(made.get()).isEqualTo(7);
    }
}
