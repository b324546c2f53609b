package dev.aiocontext;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Opened;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** A context inside another one, which waits for it. */
abstract class EmbeddedLoops {
    /** How the outer loop knows when to call prepare. */
    enum Style {
        HOOK {
            @Override
            void embed(AioContext outer, EmbeddedLoop inner, Opened opened) {
                opened.add(outer.onReadable(inner.fd(), (source, events) -> inner.dispatch()));
                opened.add(outer.newHook("inner", wait -> {
                    long longest = inner.prepare();
                    if (longest >= 0) {
                        wait.atMostNanos(longest);
                    }
                }));
            }
        },
        DESCRIPTOR_ALONE {
            @Override
            void embed(AioContext outer, EmbeddedLoop inner, Opened opened) {
                opened.add(outer.onReadable(inner.fd(), (source, events) -> {
                    inner.dispatch();
                    inner.prepare();
                }));
                outer.execute(inner::prepare);
            }
        };

        abstract void embed(AioContext outer, EmbeddedLoop inner, Opened opened);
    }

    final Opened opened = new Opened();
    final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void close() {
        opened.close();
    }

    AioContext context(MonitorMode monitor) {
        return opened.context(AioContext.builder().monitor(monitor));
    }

    AioContext inner() {
        return context(MonitorMode.AUTO);
    }

    LoopThread outer(Style style, AioContext inner, MonitorMode monitor) {
        EmbeddedLoop embedded = opened.add(inner.embed());
        LoopThread loop =
                opened.add(new LoopThread(AioContext.builder().monitor(monitor).open()));
        style.embed(loop.context, embedded, opened);
        return loop;
    }

    LoopThread outer(Style style, AioContext inner) {
        return outer(style, inner, MonitorMode.AUTO);
    }

    void awaitCall(int before) {
        Eventually.holds("it is called", () -> calls.get() > before);
    }
}
