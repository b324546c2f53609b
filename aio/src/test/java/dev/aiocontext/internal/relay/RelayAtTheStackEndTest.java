package dev.aiocontext.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.wakeup.Wakeup;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Rounds;
import dev.aiocontext.testkit.StackEnd;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Channels are opened, listen and are closed where the stack ends: whatever overflows, later openings do not hang. In a JVM of
 * its own, because a channel whose closing overflowed stays open, and a thread that is started there may break the JDK.
 */
class RelayAtTheStackEndTest {
    private static final String AFTER_THE_FIRST = "beside a channel that stays";
    private static final String AS_THE_FIRST = "as the only channel, which starts and ends the relay thread";

    static final class Program {
        private static final int FRAMES = 120;
        private static final int OFFSETS = Rounds.of(12);

        private Program() {}

        public static void main(String[] args) {
            Thread.currentThread().setUncaughtExceptionHandler((main, failure) -> {
                failure.printStackTrace();
                Runtime.getRuntime().halt(1); // threads that hang would keep the JVM
            });
            probe(); // everything is loaded now
            @Nullable RelayChannel first = args[0].equals(AFTER_THE_FIRST) ? SigioRelay.open(RelayMode.THREAD) : null;
            for (int offset = 0; offset < OFFSETS; offset++) {
                StackEnd.call(FRAMES, offset, fromEnd -> openAndClose());
                probe();
            }
            if (first != null) {
                first.close();
            }
            System.out.println("opens again");
        }

        private static void openAndClose() {
            RelayChannel channel = SigioRelay.open(RelayMode.THREAD);
            try {
                channel.listen(true);
            } finally {
                channel.close();
            }
        }

        /** Opens, has a request delivered and closes, in a thread that has stack enough. */
        private static void probe() {
            AtomicLong delivered = new AtomicLong();
            Thread prober = Thread.ofPlatform().daemon().start(() -> {
                RelayChannel channel = SigioRelay.open(RelayMode.THREAD);
                Wakeup wakeup = new Wakeup(channel);
                channel.attach(wakeup);
                wakeup.arm();
                wakeup.ring();
                while (delivered.get() == 0) {
                    channel.readRecords((signal, arming) -> delivered.set(arming));
                }
                channel.close();
            });
            Eventually.ends(prober);
            assertThat(delivered).hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {AFTER_THE_FIRST, AS_THE_FIRST})
    void aChannelIsOpenedDeliversAndIsClosedAfterwards(String which) throws Exception {
        ChildJvm.Result result =
                ChildJvm.onClassPath().shortLived().option(Rounds.option()).run(Program.class.getName(), which);
        assertThat(result.output()).contains("opens again");
        assertThat(result.exit()).as(result.output()).isZero();
    }
}
