package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The profile {@code relay} has the relay where it says so: otherwise it would run the same tests as every build. */
@EnabledIfSystemProperty(
        named = RelayProfileTest.EXPECTED,
        matches = ".+",
        disabledReason = "it is for the profile relay")
class RelayProfileTest {
    static final String EXPECTED = "dev.aiocontext.test.relay";

    @Test
    void aContextWhoseBuilderChoosesNoModeHasTheRelayOfTheEnvironmentAndHearsIt() {
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            assertThat(loop.context.relayMode()).isEqualTo(RelayMode.valueOf(System.getProperty(EXPECTED)));
            AtomicInteger ran = new AtomicInteger();
            Eventually.holds("a wake-up comes by the relay too", () -> {
                int before = ran.get();
                loop.awaitBlocked();
                loop.context.execute(ran::incrementAndGet);
                Eventually.holds("the task runs", () -> ran.get() > before);
                return loop.context.statistics().relay().relayed() > 0;
            });
        }
    }
}
