package dev.aiocontext.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.Source;
import dev.aiocontext.testkit.Opened;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A group of sources that cannot be suspended. */
class SuspensionsTest {
    private final Opened opened = new Opened();

    @AfterEach
    void close() {
        opened.close();
    }

    /** A source that refuses to be held, always with the same exception, as the JVM may throw one. */
    private static final class Refusing extends SwitchedSource {
        private final RuntimeException refusal;

        Refusing(Sources sources, RuntimeException refusal) {
            super(sources, "refusing");
            this.refusal = refusal;
        }

        @Override
        void wakeLoop() {
            throw refusal;
        }

        @Override
        public void end() {
            shut();
        }

        @Override
        public Source owner() {
            return this;
        }

        @Override
        public String waitsFor() {
            return "nothing";
        }

        @Override
        public void invoke() {}
    }

    @Test
    void theVeryExceptionOfTwoSourcesIsThrownOnce() {
        Sources sources =
                ((ListedSource) opened.context(AioContext.builder()).newBottomHalf("any", () -> {})).sources();
        RuntimeException refusal = new IllegalStateException("refused");
        Suspensions suspensions = sources.suspensions();
        Suspensions.Group group = new Suspensions.Group();
        suspensions.add(group, new Refusing(sources, refusal));
        suspensions.add(group, new Refusing(sources, refusal));
        suspensions.suspend(group);
        assertThatThrownBy(() -> suspensions.resume(group)).isSameAs(refusal);
        assertThat(refusal.getSuppressed()).isEmpty();
    }
}
