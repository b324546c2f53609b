package dev.aiocontext.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.wakeup.Doorbell;
import dev.aiocontext.testkit.Eventually;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("architecture")
class TrialsTest {
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(100);

    @ParameterizedTest
    @EnumSource(names = {"OFF", "THREAD", "DEFERRED"})
    void anIntactDoorbellLosesNothing(RelayMode relay) {
        WakeupResult result = WakeupTrial.measure(relay, SHORT);
        assertThat(result.relay()).isEqualTo(relay);
        assertThat(result.blocked()).isGreaterThanOrEqualTo(200);
        assertThat(result.racing()).isGreaterThanOrEqualTo(100);
        assertThat(result.lost()).isZero();
        assertThat(result.rescues()).isZero();
        assertThat(result.latency().samples()).isPositive();
        assertThat(result.notifier().p50Nanos()).isPositive();
    }

    @Test
    void theRelayEchoesOnlyWhenItIsOn() {
        assertThat(WakeupTrial.measure(RelayMode.OFF, SHORT).echoes()).isZero();
        assertThat(WakeupTrial.measure(RelayMode.THREAD, SHORT).echoes()).isPositive();
    }

    @Test
    void aLostWakeupIsCountedAndTheTrialGoesOn() {
        WakeupResult result = WakeupTrial.measure(RelayMode.OFF, SHORT, 100);
        assertThat(result.lost()).isPositive();
        assertThat(result.blocked()).isGreaterThanOrEqualTo(200);
        assertThat(result.latency().maxNanos()).isLessThan(WakeupTrial.PATIENCE); // they are timed for nobody
    }

    @Test
    void aRescueOfAnIntactDoorbellIsCounted() {
        assertThat(WakeupTrial.measure(RelayMode.THREAD, SHORT, 100).rescues()).isPositive();
    }

    @Test
    void aLossyDoorbellHangsTheLoopWithoutRelay() {
        InsuranceResult result = InsuranceTrial.measure(RelayMode.OFF, SHORT);
        assertThat(result.dropped()).isPositive();
        assertThat(result.hangs()).isPositive().isLessThanOrEqualTo(result.dropped());
        assertThat(result.rescues()).isZero();
        assertThat(result.rescue().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"THREAD", "DEFERRED"})
    void theRelayRescuesTheLoopFromALossyDoorbell(RelayMode relay) {
        InsuranceResult result = InsuranceTrial.measure(relay, SHORT);
        assertThat(result.dropped()).isPositive();
        assertThat(result.hangs()).isZero();
        assertThat(result.rescues()).isPositive().isLessThanOrEqualTo(result.dropped());
        assertThat(result.rescue().samples()).isPositive().isLessThanOrEqualTo(result.dropped());
    }

    @Test
    void aRescueTellsItsStory() {
        try (RescueRecording recording = new RescueRecording()) {
            assertThat(recording.stories()).isEmpty();
            InsuranceTrial.measure(RelayMode.THREAD, SHORT);
            assertThat(recording.stories()).singleElement().satisfies(story -> {
                assertThat(story.provoked()).isTrue();
                assertThat(story.state()).isIn("RUNG", "ARMED"); // its notifier marks the arming after the ring
                assertThat(story.inWords())
                        .contains(Thread.currentThread().getName())
                        .contains("lost on purpose");
            });
        }
    }

    @Test
    void aSlowCallbackIsNoRescueAlthoughItIsRecorded() {
        try (RescueRecording recording = new RescueRecording();
                AioContext ctx = AioContext.open()) {
            ctx.execute(() -> {
                long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20); // the event's threshold is 10
                while (System.nanoTime() - end < 0) {
                    Thread.onSpinWait();
                }
            });
            ctx.poll(true);
            assertThat(recording.stories()).isEmpty();
        }
    }

    @Test
    void aRescueThatNobodyProvokedIsToldFirst() {
        try (RescueRecording recording = new RescueRecording()) {
            InsuranceTrial.measure(RelayMode.THREAD, SHORT);
            // Its loop's name says that its doorbell is intact.
            AioContext ctx = Doorbell.withFault(
                    real -> arming -> {},
                    () -> AioContext.builder()
                            .polling(Duration.ZERO)
                            .relay(RelayMode.THREAD)
                            .open());
            Thread notifier = Thread.ofPlatform().start(() -> {
                while (ctx.statistics().relay().rescues() == 0) {
                    ctx.wakeup();
                }
                ctx.stop();
            });
            ctx.run();
            Eventually.ends(notifier);
            ctx.close();
            assertThat(recording.stories()).isNotEmpty().noneMatch(RescueStory::provoked);
        }
    }
}
