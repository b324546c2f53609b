package dev.aiocontext.internal.fdmon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.bindings.linux.linux_h;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The numbers of events, and what an entry has found. */
@Tag("architecture")
class FdEntryTest {
    @Test
    void pollAndEpollNumberEventsAlike() {
        assertThat(FdEntry.IN).isEqualTo(linux_h.EPOLLIN());
        assertThat(FdEntry.PRI).isEqualTo(linux_h.EPOLLPRI());
        assertThat(FdEntry.OUT).isEqualTo(linux_h.EPOLLOUT());
        assertThat(FdEntry.RDHUP).isEqualTo(linux_h.EPOLLRDHUP());
        assertThat(FdEntry.ERR).isEqualTo(linux_h.EPOLLERR());
        assertThat(FdEntry.HUP).isEqualTo(linux_h.EPOLLHUP());
    }

    @Test
    void goneAndSuspendedAreNoInterests() {
        int all = FdEntry.IN | FdEntry.PRI | FdEntry.OUT | FdEntry.RDHUP | FdEntry.ET | FdEntry.ERR | FdEntry.HUP;
        assertThat(FdEntry.GONE & ~all).isNotZero();
        assertThat(FdEntry.SUSPENDED & ~all).isNotZero();
        assertThat(FdEntry.isEdgeTriggered(FdEntry.GONE)).isFalse();
        assertThat(FdEntry.isEdgeTriggered(FdEntry.SUSPENDED)).isFalse();
        assertThat(FdEntry.isEdgeTriggered(FdEntry.IN)).isFalse();
        assertThat(FdEntry.isEdgeTriggered(FdEntry.IN | FdEntry.ET)).isTrue();
    }

    @Test
    void eventsAreTakenOnce() {
        FdEntry entry = new FdEntry(7);
        entry.setEvents(FdEntry.IN);
        entry.setEvents(FdEntry.OUT);
        assertThat(entry.takeEvents()).isEqualTo(FdEntry.OUT);
        assertThat(entry.takeEvents()).isZero();
    }
}
