package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the halves of moves find each other, over the ends of reads. */
class MovePairsTest {
    private static final int CREATE = InotifyKind.CREATE.bits;

    private final MovePairs pairs = new MovePairs();

    private void read(RawEvent... events) {
        for (RawEvent event : events) {
            pairs.add(event, true);
        }
        pairs.endOfRead();
    }

    private static RawEvent event(int mask, int cookie) {
        return new RawEvent(1, mask, cookie, new byte[0]);
    }

    private static RawEvent from(int cookie) {
        return event(RawEvent.MOVED_FROM, cookie);
    }

    private static RawEvent to(int cookie) {
        return event(RawEvent.MOVED_TO, cookie);
    }

    /** What can be told: a cookie, with a plus for a pair. */
    private List<String> told() {
        List<String> told = new ArrayList<>();
        for (RawEvent event = pairs.poll(); event != null; event = pairs.poll()) {
            told.add(event.cookie + (event.second != null ? "+" : ""));
        }
        return told;
    }

    @Test
    void halvesOfOneReadAreAPairWhateverIsBetween() {
        read(from(1), event(CREATE, 0), from(2), to(2), to(1));
        assertThat(told()).containsExactly("1+", "0", "2+");
        assertThat(pairs.isHolding()).isFalse();
    }

    @Test
    void aReadThatEndsBetweenTheHalvesDoesNotPartThem() {
        read(event(CREATE, 0), from(1));
        assertThat(told()).containsExactly("0");
        assertThat(pairs.isHolding()).isTrue();
        read(to(1), event(CREATE, 0));
        assertThat(told()).containsExactly("1+", "0");
    }

    @Test
    void aHalfWaitsForOneMoreReadAndHoldsBackWhatComesAfterIt() {
        read(from(1), event(CREATE, 0));
        assertThat(told()).isEmpty();
        read();
        assertThat(told()).containsExactly("1", "0");
        read(to(1));
        assertThat(told()).containsExactly("1");
        assertThat(pairs.isHolding()).isFalse();
    }

    @Test
    void eachHalfWaitsForTheReadAfterItsOwn() {
        read(from(1));
        read(from(2));
        assertThat(told()).containsExactly("1");
        read(to(2));
        assertThat(told()).containsExactly("2+");
    }

    @Test
    void aHalfThatNobodyAwaitsIsToldAtOnce() {
        pairs.add(from(1), false);
        pairs.endOfRead();
        assertThat(told()).containsExactly("1");
    }
}
