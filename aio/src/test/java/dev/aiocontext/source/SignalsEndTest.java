package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.SignalAction;
import dev.aiocontext.internal.posix.SignalNumber;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LogRecords;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A source that is closed loses no signal, and gives back what was there before. */
class SignalsEndTest extends SignalsFixture {
    @Test
    void aSignalThatTheClosedSourceWasNotToldOfIsToldToTheOneOpenedMeanwhile() {
        AioContext ctx = plain();
        AtomicInteger heard = new AtomicInteger();
        AtomicInteger told = new AtomicInteger();
        SignalSource former = Signals.on(ctx, WINCH, (self, event) -> told.set(-1));
        former.suspend();
        try (SignalSource witness = Signals.on(ctx, WINCH, (self, event) -> heard.incrementAndGet())) {
            send(WINCH);
            pollUntil(ctx, heard, 1);
            assertThat(witness.isOpen()).isTrue();
        }
        try (SignalSource later = Signals.on(ctx, WINCH, (self, event) -> told.incrementAndGet())) {
            former.close();
            ctx.poll(false);
            assertThat(told).as(later.toString()).hasValue(1);
        }
    }

    /** Closes what tells the signal, as the end of its context does. The source leaves the signal in the next iteration. */
    private static void closeWithoutLeaving(AioContext ctx) {
        assertThat(ctx.sources()).hasSize(1);
        ctx.sources().getFirst().source().close();
    }

    @Test
    void aSignalThatNoSourceHasTakenIsToldToTheNextOne() {
        AioContext ctx = plain();
        AtomicInteger told = new AtomicInteger();
        SignalSource former = Signals.on(ctx, WINCH, (self, event) -> told.set(-1));
        closeWithoutLeaving(ctx);
        ((SignalWork) former).handled.deliver(HandledSignal.UNKNOWN_SENDER);
        try (SignalSource next = Signals.on(ctx, WINCH, (self, event) -> told.incrementAndGet())) {
            ctx.poll(false);
            assertThat(told).as(next.toString()).hasValue(1);
        }
    }

    @Test
    void aSignalThatNoSourceHasTakenHasItsEarlierEffectInTheEnd() {
        AtomicInteger earlier = new AtomicInteger();
        JdkSignals jdk = new JdkSignals(WINCH);
        Object before = jdk.handle(jdk.handlerOf(signal -> earlier.incrementAndGet()));
        try {
            AioContext ctx = plain();
            HandledSignal handled = ((SignalWork) Signals.on(ctx, WINCH, (self, event) -> {})).handled;
            closeWithoutLeaving(ctx);
            handled.deliver(HandledSignal.UNKNOWN_SENDER);
            ctx.poll(false);
            Eventually.holds("what came before the end has its effect", () -> earlier.get() == 1);
            handled.deliver(HandledSignal.UNKNOWN_SENDER);
            Eventually.holds("what comes after the end has its effect", () -> earlier.get() == 2);
        } finally {
            jdk.handle(before);
        }
    }

    @Test
    void theSignalHasItsEarlierHandlerAgainWhenTheLastSourceIsClosed() {
        AtomicInteger earlier = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        JdkSignals jdk = new JdkSignals(WINCH);
        Object before = jdk.handle(jdk.handlerOf(signal -> earlier.incrementAndGet()));
        try {
            AioContext ctx = plain();
            SignalSource first = Signals.on(ctx, WINCH, (self, event) -> calls.incrementAndGet());
            SignalSource last = Signals.on(ctx, WINCH, (self, event) -> calls.incrementAndGet());
            first.close();
            send(WINCH);
            pollUntil(ctx, calls, 1);
            assertThat(earlier).hasValue(0);
            last.close();
            last.close();
            send(WINCH);
            Eventually.holds("the earlier handler is called", () -> earlier.get() == 1);
            ctx.poll(false);
            assertThat(calls).hasValue(1);
        } finally {
            jdk.handle(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP", "USR2", "WINCH", "CHLD", "IO"})
    void theSignalHasItsEarlierActionAgain(String name) {
        int number = SignalNumber.of(name);
        SignalAction before = SignalAction.of(number);
        AioContext ctx = plain();
        Signals.on(ctx, name, (self, event) -> {}).close();
        ctx.poll(false);
        assertThat(SignalAction.of(number)).isEqualTo(before);
    }

    @Test
    void aHandlerThatAnotherPartOfTheProgramHasPutInItsPlaceStays() {
        JdkSignals jdk = new JdkSignals(WINCH);
        AtomicInteger others = new AtomicInteger();
        Object other = jdk.handlerOf(signal -> others.incrementAndGet());
        AioContext ctx = plain();
        SignalSource source = Signals.on(ctx, WINCH, (self, event) -> {});
        Object ours = jdk.handle(other);
        source.close();
        send(WINCH);
        Eventually.holds("the other handler is called", () -> others.get() == 1);
        // It may call ours for good, which must not send the signal again.
        jdk.call(ours);
        assertThat(others).hasValue(1);
        Signals.on(ctx, WINCH, (self, event) -> {}).close();
        Object theirs = jdk.handle(new JdkSignals(WINCH).handlerOf(signal -> {}));
        assertThat(theirs).isEqualTo(other);
        try (SignalSource again = Signals.on(ctx, WINCH, (self, event) -> {})) {
            assertThat(again.isOpen()).isTrue();
        }
        jdk.handle(defaultOf());
    }

    private static Object defaultOf() {
        try {
            return Class.forName("sun.misc.SignalHandler").getField("SIG_DFL").get(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("sun.misc.SignalHandler", e);
        }
    }

    @Test
    void theEndOfTheContextGivesTheSignalBackAndNamesTheSource() {
        AioContext ctx = AioContext.builder().relay(RelayMode.OFF).open();
        SignalSource source = Signals.on(ctx, WINCH, (self, event) -> {});
        assertThat(catches(WINCH)).isTrue();
        try (LogRecords log = new LogRecords()) {
            ctx.close();
            assertThat(log.messages()).singleElement().asString().contains("SIGWINCH");
        }
        assertThat(catches(WINCH)).isFalse();
        assertThat(source.isOpen()).isFalse();
        source.close();
        source.closed().toCompletableFuture().join();
        assertThatIllegalStateException().isThrownBy(source::suspend);
    }

    @Test
    void aSignalThatComesWhileTheLastSourceClosesHasItsEarlierEffect() {
        AtomicInteger earlier = new AtomicInteger();
        AtomicInteger told = new AtomicInteger();
        JdkSignals jdk = new JdkSignals(WINCH);
        Object before = jdk.handle(jdk.handlerOf(signal -> earlier.incrementAndGet()));
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            for (int i = 1; i <= 200; i++) {
                SignalSource source = Signals.on(loop.context, WINCH, (self, event) -> told.addAndGet(event.count()));
                send(WINCH);
                source.close();
                int sent = i;
                Eventually.holds("it is told or has its earlier effect", () -> told.get() + earlier.get() >= sent);
            }
        } finally {
            jdk.handle(before);
        }
    }

    @Test
    void aDeliveryThatMeetsTheCloseOfTheLastSourceIsToldOrHasItsEarlierEffect() {
        int rounds = Rounds.of(20_000);
        AtomicInteger earlier = new AtomicInteger();
        AtomicInteger told = new AtomicInteger();
        AtomicReference<@Nullable HandledSignal> delivering = new AtomicReference<>();
        JdkSignals jdk = new JdkSignals(WINCH);
        Object before = jdk.handle(jdk.handlerOf(signal -> earlier.incrementAndGet()));
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            Thread deliverer = Thread.ofPlatform().daemon().start(() -> {
                for (int delivered = 0; delivered < rounds; Thread.onSpinWait()) {
                    HandledSignal handled = delivering.getAndSet(null);
                    if (handled != null) {
                        handled.deliver(HandledSignal.UNKNOWN_SENDER);
                        delivered++;
                    }
                }
            });
            for (int i = 1; i <= rounds; i++) {
                SignalSource source = Signals.on(loop.context, WINCH, (self, event) -> told.addAndGet(event.count()));
                delivering.set(((SignalWork) source).handled);
                for (int wait = i % 100; wait > 0; wait--) {
                    Thread.onSpinWait();
                }
                source.close();
                int sent = i;
                Eventually.holds("it is told or has its earlier effect", () -> told.get() + earlier.get() >= sent);
            }
            Eventually.ends(deliverer);
        } finally {
            jdk.handle(before);
        }
    }
}
