package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdHandler;
import dev.aiocontext.FdSource;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Rounds;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Notifying calls at the end of the stack: one that overflows may or may not have handed its work over, but every later call,
 * and every other thread's, works.
 */
class StackOverflowTest {
    private static final int ROUNDS = Rounds.of(12);

    /** So many frames before the end of the stack the calls begin: the deepest of our paths needs fewer. */
    private static final int FRAMES = 300;

    private static final int SPINS = 20_000;
    private static final long SMALL_STACK = 256 * 1024;

    /** A call that notifies; its probe, from a thread with stack enough, must arrive. */
    enum Call {
        EXECUTE {
            @Override
            void make(Loop loop) {
                loop.context.execute(loop.nothing);
            }
        },
        SCHEDULE {
            @Override
            void make(Loop loop) {
                loop.bottomHalf.schedule();
            }
        },
        SCHEDULE_IDLE {
            @Override
            void make(Loop loop) {
                loop.idle.scheduleIdle();
            }
        },
        WAKEUP {
            @Override
            void make(Loop loop) {
                loop.context.wakeup();
            }
        },
        CANCEL_AND_SCHEDULE {
            @Override
            void make(Loop loop) {
                loop.bottomHalf.cancel();
                loop.bottomHalf.schedule();
                loop.bottomHalf.scheduleIdle();
            }
        },
        SET {
            @Override
            void make(Loop loop) {
                loop.notifier.set();
            }
        },
        STOP {
            @Override
            void make(Loop loop) {
                loop.context.stop();
            }
        },
        ON_READABLE_AND_CLOSE {
            @Override
            void make(Loop loop) {
                loop.context.onReadable(loop.other.fd(), loop.handler).close();
            }
        },
        ON_WRITABLE {
            @Override
            void make(Loop loop) {
                loop.context.watch(loop.other.fd(), FdEvents.WRITE, loop.removing);
            }
        },
        ON_READABLE_AND_REMOVE_HANDLERS {
            @Override
            void make(Loop loop) {
                loop.context.onReadable(loop.other.fd(), loop.handler);
                loop.context.source(loop.other.fd()).ifPresent(FdSource::close);
            }
        },
        CALL {
            @Override
            void make(Loop loop) {
                loop.call();
            }
        },
        AWAIT_READY {
            @Override
            void make(Loop loop) {
                loop.awaitReady();
            }
        },
        SUBMIT {
            @Override
            void make(Loop loop) {
                loop.context.threadPool().submit(loop.work);
            }
        },
        SUBMIT_AND_CANCEL {
            @Override
            void make(Loop loop) {
                loop.context.threadPool().submit(loop.work).cancel(false);
            }
        };

        /** Whether it changes what the monitor waits for. */
        boolean registers() {
            return this == ON_READABLE_AND_CLOSE || this == ON_WRITABLE || this == ON_READABLE_AND_REMOVE_HANDLERS;
        }

        /** Whether it may start a thread, which at the stack's end may break what it likes of the JDK: a JVM of its own. */
        boolean startsThreads() {
            return this == SUBMIT || this == SUBMIT_AND_CANCEL;
        }

        abstract void make(Loop loop);
    }

    static Stream<Arguments> calls() {
        return Stream.of(RelayMode.OFF, RelayMode.THREAD, RelayMode.DEFERRED)
                .flatMap(mode -> Stream.of(Call.values())
                        .filter(call -> !call.startsThreads())
                        .flatMap(call -> Stream.of(MonitorMode.AUTO, MonitorMode.POLL, MonitorMode.EPOLL)
                                .filter(monitor -> call.registers() != (monitor == MonitorMode.AUTO))
                                .map(monitor -> Arguments.of(mode, monitor, call))));
    }

    /** What the calls are made on. */
    static final class Loop implements AutoCloseable {
        final AioContext context;
        final LoopThread thread;
        final EventNotifier notifier = EventNotifier.open();
        final AtomicInteger ran = new AtomicInteger();
        final AtomicInteger ranIdle = new AtomicInteger();
        final AtomicInteger set = new AtomicInteger();
        final BottomHalf bottomHalf;
        final BottomHalf idle;
        final Runnable nothing = () -> {};

        final EventNotifier other = EventNotifier.open();
        final AtomicInteger heard = new AtomicInteger();
        final FdHandler handler;
        final FdHandler removing;
        final Callable<Integer> work = () -> 1;
        private final EventNotifier neverSet = EventNotifier.open();
        private final Duration moment = Duration.ofNanos(1);
        private volatile boolean ending;

        Loop(RelayMode mode) {
            this(mode, MonitorMode.AUTO);
        }

        Loop(RelayMode mode, MonitorMode monitor) {
            context = AioContext.builder().relay(mode).monitor(monitor).open();
            handler = (source, events) -> {
                other.testAndClear();
                heard.incrementAndGet();
            };
            removing = (source, events) -> source.close();
            bottomHalf = context.newBottomHalf("probe", ran::incrementAndGet);
            idle = context.newBottomHalf("idle probe", ranIdle::incrementAndGet);
            context.onReadable(notifier.fd(), (source, events) -> {
                notifier.testAndClear();
                set.incrementAndGet();
            });
            thread = new LoopThread(context, () -> !ending);
        }

        void probe() {
            thread.awaitBlocked();
            AtomicBoolean executed = new AtomicBoolean();
            context.execute(() -> executed.set(true));
            Eventually.holds("a task runs", executed::get);

            int before = ran.get();
            thread.awaitBlocked();
            bottomHalf.schedule();
            Eventually.holds("a bottom half runs", () -> ran.get() > before);

            int beforeIdle = ranIdle.get();
            thread.awaitBlocked();
            idle.scheduleIdle();
            Eventually.holds("an idle bottom half runs", () -> ranIdle.get() > beforeIdle);

            int beforeSet = set.get();
            thread.awaitBlocked();
            notifier.set();
            Eventually.holds("a descriptor is heard", () -> set.get() > beforeSet);

            context.source(other.fd()).ifPresent(FdSource::close);
            int beforeHeard = heard.get();
            thread.awaitBlocked();
            FdSource registration = context.onReadable(other.fd(), handler);
            other.set();
            Eventually.holds("a new descriptor is heard", () -> heard.get() > beforeHeard);
            registration.close();
            assertThat(context.source(other.fd())).isEmpty();
        }

        void call() {
            try {
                context.call(work);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        void awaitReady() {
            try {
                context.awaitReady(neverSet.fd(), FdEvents.READ, moment);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void probePool() {
            thread.awaitBlocked();
            AtomicBoolean completed = new AtomicBoolean();
            context.threadPool().submit(work).whenComplete((result, failure) -> completed.set(true));
            Eventually.holds("a completion is called", completed::get);
        }

        @Override
        public void close() {
            bottomHalf.close();
            idle.close();
            ending = true;
            thread.close();
            notifier.close();
            other.close();
            neverSet.close();
        }
    }

    /** Recurses to the end of the stack, and makes the call in each of the last frames on the way back. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread: volatile so that the spinning is not optimised away
    static final class Climber {
        private final Loop loop;
        private final Call call;
        private int overflows;

        private volatile int spins;

        Climber(Loop loop, Call call) {
            this.loop = loop;
            this.call = call;
        }

        /** Returns how far above the end of the stack it is, counted in frames. */
        private int climb(int frame) {
            int above;
            try {
                above = frame == Integer.MAX_VALUE ? 0 : climb(frame + 1);
            } catch (StackOverflowError end) {
                above = 0;
            }
            if (above < FRAMES) {
                // Long enough for the loop to go to sleep, so that the next call has to ring; without a call, for want
                // of stack.
                for (spins = SPINS; spins > 0; ) {
                    spins = spins - 1;
                }
                try {
                    call.make(loop);
                } catch (StackOverflowError e) {
                    overflows++;
                }
            }
            return above + 1;
        }

        /** Climbs in a thread whose stack is small; says how many calls overflowed. */
        static int inSmallThread(Loop loop, Call call) {
            Climber climber = new Climber(loop, call);
            Thread notifier = new Thread(null, () -> climber.climb(0), "overflowing", SMALL_STACK);
            notifier.start();
            Eventually.ends(notifier);
            return climber.overflows;
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void aCallThatOverflowsHoldsUpNobody(RelayMode mode, MonitorMode monitor, Call call) {
        Map<Integer, String> before = OpenFiles.now();
        int overflows = 0;
        try (Loop loop = new Loop(mode, monitor)) {
            loop.probe();
            for (int round = 0; round < ROUNDS; round++) {
                overflows += Climber.inSmallThread(loop, call);
                loop.probe();
            }
        }
        assertThat(overflows).as("calls that overflowed").isPositive();
        assertThat(OpenFiles.since(before)).as("descriptors left open").isEmpty();
    }
}
