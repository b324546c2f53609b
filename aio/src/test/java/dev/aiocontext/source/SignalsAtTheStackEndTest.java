package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SignalNumber;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Rounds;
import dev.aiocontext.testkit.StackEnd;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sources are opened and closed where the stack ends. Whatever overflows, the end of the context gives everything back, and later
 * sources hear their signal. In a JVM of its own, because an overflow in the JDK may break it.
 */
class SignalsAtTheStackEndTest {
    static final class Program {
        private static final String WINCH = "WINCH";
        private static final int FRAMES = 600;
        private static final int OFFSETS = Rounds.of(12);

        private Program() {}

        public static void main(String[] args) {
            SignalRoute route = SignalRoute.valueOf(args[0]);
            probe(route); // everything is loaded now
            Map<Integer, String> before = OpenFiles.now();
            for (int offset = 0; offset < OFFSETS; offset++) {
                try (AioContext ctx = AioContext.open()) {
                    StackEnd.call(
                            FRAMES,
                            offset,
                            fromEnd -> Signals.on(ctx, WINCH, route, (source, event) -> {})
                                    .close());
                    ctx.poll(false);
                }
                probe(route);
            }
            Eventually.holds(
                    "no thread is left",
                    () -> KernelThread.named("aiocontext-sigw").isEmpty());
            System.out.println("caught " + KernelThread.current().catches(SignalNumber.of(WINCH)));
            System.out.println("open " + OpenFiles.since(before).size());
        }

        private static void probe(SignalRoute route) {
            AtomicInteger told = new AtomicInteger();
            try (AioContext ctx = AioContext.open();
                    SignalSource source = Signals.on(ctx, WINCH, route, (self, event) -> told.incrementAndGet())) {
                assertThat(Libc.kill((int) ProcessHandle.current().pid(), source.signal()))
                        .isZero();
                while (told.get() == 0) {
                    ctx.poll(true);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theEndOfTheContextGivesEverythingBackAndLaterSourcesHearTheirSignal(SignalRoute route) throws Exception {
        ChildJvm jvm = ChildJvm.onClassPath().shortLived().option(Rounds.option());
        if (route != SignalRoute.JVM) {
            jvm.startedBy("env", "--block-signal=WINCH");
        }
        ChildJvm.Result result = jvm.run(Program.class.getName(), route.name());
        assertThat(result.output()).contains("caught false\n").contains("open 0\n");
        assertThat(result.exit()).as(result.output()).isZero();
    }
}
