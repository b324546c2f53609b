package dev.aiocontext.internal.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.bindings.linux.pollfd;
import dev.aiocontext.bindings.linux.timespec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** What is written without the generated classes is what they describe. */
class PollFdTest {
    @Test
    void itSaysWhatTheGeneratedStructSays() {
        assertThat(PollFd.SIZE).isEqualTo(pollfd.sizeof());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment polled = pollfd.allocateArray(2, arena);
            MemorySegment second = pollfd.asSlice(polled, 1);
            pollfd.revents(second, (short) -1);
            PollFd.set(polled, PollFd.SIZE, 1 << 20, 0x2005);
            assertThat(pollfd.fd(second)).isEqualTo(1 << 20);
            assertThat(pollfd.events(second)).isEqualTo((short) 0x2005);
            assertThat(pollfd.revents(second)).isZero();
            pollfd.revents(second, (short) 0x2015);
            assertThat(PollFd.revents(polled, PollFd.SIZE)).isEqualTo(0x2015);
            assertThat(PollFd.revents(polled, 0)).isZero();
        }
    }

    @Test
    void aTimeIsTwoLongs() {
        assertThat(timespec.sizeof()).isEqualTo(2 * Long.BYTES);
    }
}
