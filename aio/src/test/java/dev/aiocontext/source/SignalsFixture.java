package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SignalNumber;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Opened;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** Signals that do no harm, in a JVM that blocks none of them. The effects on a whole process are in SignalProcessTest. */
abstract class SignalsFixture {
    static final int PID = (int) ProcessHandle.current().pid();
    static final String WINCH = "WINCH";

    final Opened opened = new Opened();

    @AfterEach
    void closeAllAndFindNothingLeft() {
        opened.close();
        for (String signal : List.of(WINCH, "USR1", "USR2", "CHLD")) {
            assertThat(catches(signal)).as(signal).isEqualTo(signal.equals("USR2")); // which is the JVM's own
        }
    }

    static boolean catches(String signal) {
        return KernelThread.current().catches(SignalNumber.of(signal));
    }

    static void send(String signal) {
        assertThat(Libc.kill(PID, SignalNumber.of(signal))).isZero();
    }

    static void pollUntil(AioContext ctx, AtomicInteger calls, int wanted) {
        Eventually.pollUntil(ctx, "call " + wanted, () -> calls.get() >= wanted);
    }

    AioContext plain() {
        return opened.context(AioContext.builder().relay(RelayMode.OFF));
    }
}
