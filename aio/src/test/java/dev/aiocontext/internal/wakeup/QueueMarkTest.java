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
        mark.take(1);
        assertThat(mark.isQueued(mark.ticket())).isFalse();
    }

    @Test
    void aMarkThatComesAfterTheTakeHasNoEffect() {
        long ticket = mark.ticket();
        mark.take(1);
        mark.pushed(ticket);
        assertThat(mark.isQueued(mark.ticket())).isFalse();
    }

    @Test
    void aPushThatWasNotCompletedIsNotTrusted() {
        long ticket = mark.ticket();
        // pushed(ticket) is missing: its caller got an Error
        assertThat(mark.isQueued(ticket)).isFalse();
    }

    @Test
    void anObjectIsTakenOnceARound() {
        assertThat(mark.take(2)).isTrue();
        assertThat(mark.take(2)).as("a duplicate").isFalse();
        assertThat(mark.take(3)).isTrue();
        assertThat(mark.take(2))
                .as("the rest of a round, after one that was nested in it")
                .isFalse();
        assertThat(mark.take(4)).isTrue();
    }
}
