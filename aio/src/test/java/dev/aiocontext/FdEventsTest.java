package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.aiocontext.internal.fdmon.FdEntry;
import java.util.List;
import org.junit.jupiter.api.Test;

class FdEventsTest {
    @Test
    void eachEventHasTheBitOfPoll() {
        assertThat(FdEvents.READ.toPoll()).isEqualTo(FdEntry.IN);
        assertThat(FdEvents.WRITE.toPoll()).isEqualTo(FdEntry.OUT);
        assertThat(FdEvents.PRIORITY.toPoll()).isEqualTo(FdEntry.PRI);
        assertThat(FdEvents.READ_HUP.toPoll()).isEqualTo(FdEntry.RDHUP);
        assertThat(FdEvents.ERROR.toPoll()).isEqualTo(FdEntry.ERR);
        assertThat(FdEvents.HANG_UP.toPoll()).isEqualTo(FdEntry.HUP);
        assertThat(FdEvents.NONE.edgeTriggered().toPoll()).isEqualTo(FdEntry.ET);
        assertThat(FdEvents.NONE.toPoll()).isZero();
    }

    @Test
    void allSetsGoThereAndBackAndAreTheSameObject() {
        List<FdEvents> single = List.of(
                FdEvents.READ,
                FdEvents.WRITE,
                FdEvents.PRIORITY,
                FdEvents.READ_HUP,
                FdEvents.ERROR,
                FdEvents.HANG_UP,
                FdEvents.NONE.edgeTriggered());
        for (int chosen = 0; chosen < 1 << single.size(); chosen++) {
            FdEvents set = FdEvents.NONE;
            for (int i = 0; i < single.size(); i++) {
                if ((chosen >> i & 1) != 0) {
                    set = set.and(single.get(i));
                }
            }
            assertThat(FdEvents.ofPoll(set.toPoll())).isSameAs(set);
            for (int i = 0; i < single.size(); i++) {
                assertThat(set.contains(single.get(i))).isEqualTo((chosen >> i & 1) != 0);
                assertThat(set.without(single.get(i)).contains(single.get(i))).isFalse();
            }
        }
    }

    @Test
    void aBitThatNoSourceCanWaitForIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FdEvents.ofPoll(FdEntry.IN | FdEntry.NVAL))
                .withMessageContaining("0x20");
    }

    @Test
    void itSaysWhatIsInIt() {
        FdEvents both = FdEvents.READ.and(FdEvents.HANG_UP);
        assertThat(both).hasToString("READ+HANG_UP");
        assertThat(both.isReadable() && both.isHungUp() && !both.isWritable()).isTrue();
        assertThat(FdEvents.NONE).hasToString("NONE");
        assertThat(FdEvents.NONE.isEmpty() && FdEvents.NONE.edgeTriggered().isEmpty() && !both.isEmpty())
                .isTrue();
        assertThat(FdEvents.WRITE.edgeTriggered()).hasToString("WRITE+edge-triggered");
    }
}
