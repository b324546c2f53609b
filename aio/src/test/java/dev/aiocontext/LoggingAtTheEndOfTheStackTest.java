package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import org.junit.jupiter.api.Test;

/** The JDK's logging is started by a callback that fails where the stack ends, and is unusable from then on. */
class LoggingAtTheEndOfTheStackTest {
    /** Polls from within callbacks until the stack ends; then has a callback throw an exception. */
    static final class Program {
        private static final AioContext CTX =
                AioContext.builder().relay(RelayMode.OFF).open();

        private static boolean nests = true;

        private Program() {}

        public static void main(String[] args) {
            CTX.execute(Program::nest);
            try {
                CTX.poll(false);
            } catch (StackOverflowError | LinkageError expected) {
                System.out.println("the stack has ended");
            }
            nests = false;
            CTX.execute(() -> {
                throw new IllegalStateException("ordinary");
            });
            System.out.println("poll made progress: " + CTX.poll(false));
        }

        private static void nest() {
            if (nests) {
                CTX.execute(Program::nest);
                CTX.poll(false);
            }
        }
    }

    @Test
    void aCallbackThatThrowsAfterwardsDoesNotEndThePoll() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath().shortLived().run(Program.class.getName());
        assertThat(result.output()).contains("the stack has ended", "poll made progress: true", "ordinary");
        assertThat(result.exit()).isZero();
    }
}
