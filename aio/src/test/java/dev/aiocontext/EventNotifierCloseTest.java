package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A closing thread waits for those that use the notifier, so each use must come to its end, whatever it comes to. */
class EventNotifierCloseTest {
    static Stream<Named<Consumer<EventNotifier>>> uses() {
        return Stream.of(
                Named.of("set", EventNotifier::set),
                Named.of("clear", EventNotifier::testAndClear),
                Named.of("set and clear", EventNotifierCloseTest::setAndClear));
    }

    private static void setAndClear(EventNotifier notifier) {
        notifier.set();
        assertThat(notifier.testAndClear()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("uses")
    void nobodyIsWaitedForOnceTheUseIsOver(Consumer<EventNotifier> use) {
        EventNotifier notifier = EventNotifier.open();
        use.accept(notifier);
        Thread closer = Thread.ofPlatform().daemon().start(notifier::close);
        Eventually.ends(closer);
        assertThatThrownBy(notifier::set).isInstanceOf(IllegalStateException.class);
    }
}
