package dev.aiocontext.stress.soak;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdSource;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;

/** The rounds of the loads: each returns when all that it asked for has arrived. Any thread. */
final class Rounds {
    private static final List<MonitorMode> MONITORS = List.of(MonitorMode.values());
    private static final int BURST = 1_000;
    private static final int HOPS = 200;
    private static final int JOBS = 16;
    private static final int TIMERS = 32;
    private static final int MOST_WORK_NANOS = (int) TimeUnit.MILLISECONDS.toNanos(1);

    private final List<Station> busy;
    private final List<RelayMode> relays;
    private final Counts counts;
    private final Troubles troubles;

    /** From a single wake-up to the task that it announces, in nanoseconds. */
    private final Recorder latency;

    Rounds(List<Station> busy, List<RelayMode> relays, Counts counts, Troubles troubles, Recorder latency) {
        this.busy = busy;
        this.relays = relays;
        this.counts = counts;
        this.troubles = troubles;
        this.latency = latency;
    }

    private static AioContext any(List<Station> stations, Random random) {
        return stations.get(random.nextInt(stations.size())).context;
    }

    /** A wake-up that is waited for, of a quiet station that is the caller's alone or of a busy one; now and then a burst. */
    void wakeUp(Random random, List<Station> quiet) {
        if (random.nextInt(BURST) == 0) {
            burst(any(busy, random));
        } else {
            wakeUp(any(random.nextBoolean() ? quiet : busy, random));
        }
    }

    private void wakeUp(AioContext context) {
        CompletableFuture<Void> arrival = new CompletableFuture<>();
        counts.wakeUps.ask(1);
        long asked = System.nanoTime();
        context.execute(() -> {
            latency.recordValue(System.nanoTime() - asked);
            counts.wakeUps.arrive(1);
            arrival.complete(null);
        });
        troubles.await(arrival, "a wake-up of " + context.name());
    }

    private void burst(AioContext context) {
        CompletableFuture<Void> arrival = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(BURST);
        counts.wakeUps.ask(BURST);
        for (int i = 0; i < BURST; i++) {
            context.execute(() -> {
                counts.wakeUps.arrive(1);
                if (left.decrementAndGet() == 0) {
                    arrival.complete(null);
                }
            });
        }
        troubles.await(arrival, "a burst of " + context.name());
    }

    /** A task that goes from loop to loop. */
    void hop(Random random) {
        CompletableFuture<Void> arrival = new CompletableFuture<>();
        counts.hops.ask(HOPS);
        new Object() {
            private int left = HOPS;

            void hop() {
                any(busy, random).execute(() -> {
                    counts.hops.arrive(1);
                    if (--left == 0) {
                        arrival.complete(null);
                    } else {
                        hop();
                    }
                });
            }
        }.hop();
        troubles.await(arrival, "a task that goes from loop to loop");
    }

    /** Work for a thread pool. */
    void submit(Random random) {
        AioContext context = any(busy, random);
        CompletableFuture<Void> arrival = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(JOBS);
        counts.jobs.ask(JOBS);
        for (int i = 0; i < JOBS; i++) {
            int work = random.nextInt(MOST_WORK_NANOS);
            context.threadPool()
                    .submit(() -> {
                        LockSupport.parkNanos(work);
                        return work;
                    })
                    .whenCompleteAsync((result, failure) -> { // on the loop, also if the work is done by now
                        if (failure == null && context.isHomeThread()) {
                            counts.jobs.arrive(1);
                        }
                        if (left.decrementAndGet() == 0) {
                            arrival.complete(null);
                        }
                    });
        }
        troubles.await(arrival, "work of the pool of " + context.name());
    }

    /** A descriptor that comes, has an event, and goes. */
    void useDescriptor(Random random) {
        AioContext context = any(busy, random);
        CompletableFuture<Void> arrival = new CompletableFuture<>();
        try (EventNotifier notifier = EventNotifier.open()) {
            counts.descriptors.ask(1);
            try (FdSource registration = context.onReadable(notifier.fd(), (source, events) -> {
                if (notifier.testAndClear() && source.fd() == notifier.fd()) {
                    counts.descriptors.arrive(1);
                }
                arrival.complete(null);
            })) {
                notifier.set();
                troubles.await(arrival, "an event of fd " + registration.fd() + " on " + context.name());
            }
        }
    }

    /** Timers that are armed and changed, by the home thread or by the caller, until all that are to fire have fired. */
    void useTimers(Random random) {
        AioContext context = any(busy, random);
        counts.timers.ask(TIMERS);
        List<CheckedTimer> timers = new ArrayList<>();
        for (int i = 0; i < TIMERS; i++) {
            timers.add(new CheckedTimer(context, random, troubles));
        }
        there(context, random, () -> timers.forEach(timer -> timer.arm(random)));
        LockSupport.parkNanos(random.nextInt(2 * MOST_WORK_NANOS)); // some fire, some do not
        there(context, random, () -> timers.forEach(timer -> timer.change(random)));
        timers.forEach(CheckedTimer::settle);
        timers.forEach(CheckedTimer::await);
        timers.forEach(CheckedTimer::close);
        counts.timers.arrive(TIMERS);
    }

    /** Does something on the loop or here. */
    private void there(AioContext context, Random random, Runnable step) {
        if (random.nextBoolean()) {
            troubles.await(
                    context.submit(() -> {
                        step.run();
                        return true;
                    }),
                    "a call of " + context.name());
        } else {
            step.run();
        }
    }

    /** A context of its own, from its opening to its end. */
    void useContext(Random random) {
        RelayMode relay = relays.get(random.nextInt(relays.size()));
        MonitorMode monitor = MONITORS.get(random.nextInt(MONITORS.size()));
        counts.contexts.ask(1);
        try (EventNotifier notifier = EventNotifier.open();
                AioContext context = AioContext.builder()
                        .relay(relay)
                        .monitor(monitor)
                        .exceptionHandler((source, failure) -> troubles.add("a callback: " + source, failure))
                        .open()) {
            context.onReadable(notifier.fd(), (source, events) -> {
                if (notifier.testAndClear()) {
                    counts.contexts.arrive(1);
                }
                source.close();
                context.stop();
            });
            context.threadPool().submit(() -> 0).whenComplete((zero, failure) -> notifier.set());
            context.run();
            if (context.statistics().relay().rescues() > 0) {
                troubles.add("lost: a wake-up of " + context.name() + ", which the relay rescued");
            }
        }
    }
}
