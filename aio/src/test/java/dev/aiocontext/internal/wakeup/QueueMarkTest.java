package dev.aiocontext.internal.wakeup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QueueMarkTest {
    private final QueueMark mark = new QueueMark();

    @Test
    void whatWasPushedIsQueuedUntilItIsTaken() {
        long ticket = mark.ticket();
        assertThat(mark.isQueued(ticket)).isFalse();
        mark.pushed(ticket);
        assertThat(mark.isQueued(mark.ticket())).isTrue();
        mark.taken();
        assertThat(mark.isQueued(mark.ticket())).isFalse();
    }

    @Test
    void aMarkThatComesAfterTheTakeHasNoEffect() {
        long ticket = mark.ticket();
        mark.taken();
        mark.pushed(ticket);
        assertThat(mark.isQueued(mark.ticket())).isFalse();
    }

    @Test
    void aPushThatWasNotCompletedIsNotTrusted() {
        long ticket = mark.ticket();
        // pushed(ticket) is missing: its caller got an Error
        assertThat(mark.isQueued(ticket)).isFalse();
    }
}
