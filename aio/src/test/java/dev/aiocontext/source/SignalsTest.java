package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.Source;
import dev.aiocontext.internal.posix.SignalNumber;
import dev.aiocontext.internal.wakeup.Doorbell;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.OpenFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sources are told of a signal, and which signals cannot be had. */
class SignalsTest extends SignalsFixture {
    static Stream<Arguments> contexts() {
        return Stream.of(MonitorMode.POLL, MonitorMode.EPOLL)
                .flatMap(monitor ->
                        Stream.of(RelayMode.OFF, RelayMode.THREAD).map(relay -> Arguments.of(monitor, relay)));
    }

    @ParameterizedTest
    @MethodSource("contexts")
    void aSignalIsToldOnTheLoopWithItsNameAndNumber(MonitorMode monitor, RelayMode relay) {
        AioContext ctx = opened.context(AioContext.builder().monitor(monitor).relay(relay));
        List<SignalEvent> events = new ArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        try (SignalSource source = Signals.on(ctx, "SIGUSR2", (self, event) -> {
            assertThat(ctx.isHomeThread()).isTrue();
            events.add(event);
            calls.incrementAndGet();
        })) {
            assertThat(source.signal()).isEqualTo(12);
            assertThat(source.name()).isEqualTo("SIGUSR2");
            assertThat(source.route().route()).isEqualTo(SignalRoute.JVM);
            assertThat(source.route().reason()).contains("leave SIGUSR2 unblocked", "_JAVA_SR_SIGNUM");
            send("USR2");
            pollUntil(ctx, calls, 1);
        }
        SignalEvent event = events.getFirst();
        assertThat(event.name()).isEqualTo("SIGUSR2");
        assertThat(event.number()).isEqualTo(12);
        assertThat(event.count()).isEqualTo(1);
        assertThat(event.sender()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP", "USR1", "USR2", "WINCH", "CHLD", "IO", "CONT", "URG", "ALRM"})
    void eachSignalThatThisJvmLeavesToUsIsHeard(String signal) {
        AioContext ctx = plain();
        AtomicInteger calls = new AtomicInteger();
        try (SignalSource source = Signals.on(ctx, signal, (self, event) -> calls.incrementAndGet())) {
            send(signal);
            pollUntil(ctx, calls, 1);
            assertThat(source.name()).isEqualTo("SIG" + signal);
        }
    }

    @Test
    void theLoopThatSleepsIsWoken() {
        AtomicInteger calls = new AtomicInteger();
        try (LoopThread loop = new LoopThread(AioContext.open());
                SignalSource source = Signals.on(loop.context, WINCH, (self, event) -> calls.incrementAndGet())) {
            loop.awaitBlocked();
            send(WINCH);
            Eventually.holds("it is told", () -> calls.get() >= 1);
            assertThat(source.isOpen()).isTrue();
        }
    }

    @Test
    void eachSourceOfEachContextIsTold() {
        AioContext one = plain();
        AioContext two = plain();
        List<String> told = new CopyOnWriteArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        for (AioContext ctx : List.of(one, one, two)) {
            opened.add(Signals.on(ctx, WINCH, (self, event) -> {
                told.add(AioContext.current().orElseThrow().name());
                calls.incrementAndGet();
            }));
        }
        send(WINCH);
        pollUntil(one, calls, 2);
        pollUntil(two, calls, 3);
        assertThat(told).containsExactly(one.name(), one.name(), two.name());
    }

    @Test
    void aSuspendedSourceKeepsTheCount() {
        AioContext ctx = plain();
        List<SignalEvent> events = new ArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger witness = new AtomicInteger();
        try (SignalSource source = Signals.on(ctx, WINCH, (self, event) -> {
                    events.add(event);
                    calls.incrementAndGet();
                });
                SignalSource other = Signals.on(ctx, WINCH, (self, event) -> witness.addAndGet(event.count()))) {
            source.suspend();
            assertThat(source.isSuspended()).isTrue();
            for (int i = 1; i <= 3; i++) {
                send(WINCH);
                pollUntil(ctx, witness, i);
            }
            assertThat(events).isEmpty();
            source.resume();
            pollUntil(ctx, calls, 1);
            assertThat(events).singleElement().extracting(SignalEvent::count).isEqualTo(3);
            assertThat(other.isOpen()).isTrue();
        }
    }

    @Test
    void theHandlerMayCloseItsSource() {
        AioContext ctx = plain();
        AtomicInteger calls = new AtomicInteger();
        SignalSource source = Signals.on(ctx, WINCH, (self, event) -> {
            self.close();
            calls.incrementAndGet();
        });
        send(WINCH);
        pollUntil(ctx, calls, 1);
        assertThat(source.isOpen()).isFalse();
        assertThat(catches(WINCH)).isFalse();
    }

    @Test
    void aFailureGoesToTheExceptionHandlerWhichMayCloseTheSource() {
        AtomicReference<String> failed = new AtomicReference<>("");
        AtomicInteger calls = new AtomicInteger();
        AioContext ctx = opened.context(AioContext.builder().exceptionHandler((source, failure) -> {
            Source of = Objects.requireNonNull(source);
            failed.set(of.name() + ": " + failure.getMessage());
            of.close();
            calls.incrementAndGet();
        }));
        SignalSource source = Signals.on(ctx, WINCH, (self, event) -> {
            throw new IllegalStateException("on purpose");
        });
        send(WINCH);
        pollUntil(ctx, calls, 1);
        assertThat(failed).hasValue("SIGWINCH: on purpose");
        assertThat(source.isOpen()).isFalse();
        ctx.poll(false);
        assertThat(catches(WINCH)).isFalse();
    }

    @Test
    void theHandlerMayThrowAnythingAndIsCalledForTheNextSignal() {
        List<Throwable> failures = new ArrayList<>();
        AioContext ctx =
                opened.context(AioContext.builder().exceptionHandler((source, failure) -> failures.add(failure)));
        AtomicInteger calls = new AtomicInteger();
        Throwable thrown = new Throwable("neither an Exception nor an Error, as a MethodHandle may throw");
        try (SignalSource source = Signals.on(ctx, "USR2", (self, event) -> {
            calls.incrementAndGet();
            throw thrown;
        })) {
            send("USR2");
            pollUntil(ctx, calls, 1);
            send("USR2");
            pollUntil(ctx, calls, 2);
            assertThat(source.isSuspended()).isFalse();
        }
        assertThat(failures).containsExactly(thrown, thrown);
    }

    @Test
    void aLoopThatIsFasterThanTheDeliveryMissesNoSignal() {
        AtomicInteger told = new AtomicInteger();
        AtomicReference<@Nullable SignalSource> made = new AtomicReference<>();
        AioContext ctx = Doorbell.withFault(
                real -> arming -> {
                    real.ring(arming);
                    SignalSource source = made.getAndSet(null);
                    if (source != null) {
                        Eventually.holds("the loop has called it", () -> hasRun(source));
                    }
                },
                AioContext.builder().relay(RelayMode.OFF)::open);
        try (LoopThread loop = new LoopThread(ctx);
                SignalSource source = Signals.on(ctx, WINCH, (self, event) -> told.incrementAndGet())) {
            loop.awaitBlocked();
            made.set(source);
            ((SignalWork) source).handled.deliver(HandledSignal.UNKNOWN_SENDER);
            Eventually.holds("it is told", () -> told.get() == 1);
        }
    }

    private static boolean hasRun(SignalSource source) {
        return ((SignalWork) source)
                .context.sources().stream()
                        .anyMatch(part ->
                                part.owner().equals(source) && part.calls().orElse(0) > 0);
    }

    @Test
    void theLastSignalOfAStormIsTold() {
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        AtomicInteger sent = new AtomicInteger();
        try (LoopThread loop = new LoopThread(AioContext.open());
                SignalSource source = Signals.on(loop.context, WINCH, (self, event) -> {
                    seen.set(sent.get());
                    calls.addAndGet(event.count());
                })) {
            for (int i = 1; i <= 300; i++) {
                sent.set(i);
                send(WINCH);
            }
            Eventually.holds("the last one is told", () -> seen.get() == 300);
            awaitThatTheJvmHasDelivered(loop.context);
            assertThat(calls.get()).isBetween(1, 300);
            assertThat(source.isOpen()).isTrue();
        }
    }

    /** Otherwise a SIGWINCH of the storm would be sent anew once its source is closed, and the next test would be told of it. */
    private static void awaitThatTheJvmHasDelivered(AioContext context) {
        AtomicInteger calls = new AtomicInteger();
        try (SignalSource later = Signals.on(context, "PWR", (self, event) -> calls.incrementAndGet())) {
            send("PWR"); // the JVM starts the threads of signals with lower numbers before
            Eventually.holds("a later signal is told", () -> calls.get() >= 1);
            assertThat(later.isOpen()).isTrue();
        }
        Eventually.holds(
                "the handlers have ended",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("SIGWINCH")));
    }

    @Test
    void noThreadAndNoDescriptorIsLeftBehind() {
        AioContext ctx = plain();
        AtomicInteger calls = new AtomicInteger();
        Map<Integer, String> before = OpenFiles.now();
        for (int i = 1; i <= 10; i++) {
            try (SignalSource source = Signals.on(ctx, WINCH, (self, event) -> calls.incrementAndGet())) {
                send(WINCH);
                pollUntil(ctx, calls, i);
                assertThat(source.isOpen()).isTrue();
            }
        }
        assertThat(OpenFiles.since(before)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "STOP", "SEGV", "BUS", "FPE", "ILL", "TRAP", "SYS", "ABRT", "PIPE", "XFSZ", "QUIT"})
    void aSignalThatTheJvmOrTheKernelKeepsIsRefusedWithTheReason(String signal) {
        AioContext ctx = plain();
        assertThatThrownBy(() -> Signals.on(ctx, signal, (self, event) -> {}))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageMatching("SIG" + signal + " cannot (have a source|come by .*): .+");
    }

    @Test
    void aSignalThatDoesNotExistIsRefused() {
        AioContext ctx = plain();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Signals.on(ctx, "TREM", (self, event) -> {}))
                .withMessageContaining("TREM")
                .withMessageContaining("TERM");
    }

    @Test
    void aClosedContextIsRefusedAndNothingIsLeft() {
        AioContext ctx = AioContext.open();
        ctx.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> Signals.on(ctx, WINCH, (self, event) -> {}))
                .withMessageContaining("closed");
        assertThat(catches(WINCH)).isFalse();
    }

    @Test
    void theNumbersAreThoseOfTheJdk() throws ReflectiveOperationException {
        for (int number = 1; number <= 31; number++) {
            String name = SignalNumber.shortName(number);
            Object signal = Class.forName("sun.misc.Signal")
                    .getConstructor(String.class)
                    .newInstance(name);
            assertThat(signal.getClass().getMethod("getNumber").invoke(signal))
                    .as(name)
                    .isEqualTo(number);
            assertThat(SignalNumber.of("sig" + name)).isEqualTo(number);
        }
    }
}
