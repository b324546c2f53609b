package dev.aiocontext.stress.soak;

import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** One soak: stations, loads on them, samples of what it holds, a balance at the end. One thread. */
final class Run {
    private static final Duration POLLING = Duration.ofNanos(20_000);
    private static final int SAMPLES = 30;
    private static final long SHORTEST_INTERVAL = TimeUnit.SECONDS.toNanos(1);
    private static final int WAKERS = 3;
    private static final int MICRO = 1_000;
    private static final int MILLI = 1_000_000;
    private static final int DIGITS = 3;

    private final Duration duration;
    private long nextSeed;
    private final List<RelayMode> relays;
    private final Counts counts = new Counts();
    private final Troubles troubles = new Troubles();
    private final List<Station> busy = new ArrayList<>();
    private final List<Station> quiet = new ArrayList<>();
    private final List<Station> stations = new ArrayList<>();
    private final List<Load> loads = new ArrayList<>();
    private final List<Vitals> samples = new ArrayList<>();

    /** Fair: a sample must not wait for a gap between rounds that never comes. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

    private final Recorder latency = new Recorder(TimeUnit.HOURS.toNanos(1), DIGITS);
    private final Histogram allLatencies = new Histogram(TimeUnit.HOURS.toNanos(1), DIGITS);
    private final long start = System.nanoTime();
    private volatile boolean over;

    Run(Duration duration, long seed, List<RelayMode> relays) {
        this.duration = duration;
        nextSeed = seed;
        this.relays = relays;
    }

    /** Runs it to its end, or to the first trouble; says what was wrong. */
    List<String> complaints() throws IOException, InterruptedException {
        Vitals before = Vitals.take();
        openStations();
        startLoads();
        System.out.printf(
                Locale.ROOT,
                "%d loops for %s: %s, and as many quiet ones%n     time    wake-ups  p50 us  p99 us  p99.9 us  max ms  heap MiB  RSS MiB  fds  threads%n",
                busy.size(),
                duration,
                busy.stream().map(station -> station.context.name()).toList());
        long interval = Math.max(SHORTEST_INTERVAL, duration.toNanos() / SAMPLES);
        for (long next = start + interval; !troubles.any() && next - start <= duration.toNanos(); next += interval) {
            sleepUntil(next);
            sample();
        }
        over = true;
        for (Load load : loads) {
            load.join();
        }
        long rescues = stations.stream()
                .mapToLong(station -> station.context.statistics().relay().rescues())
                .sum();
        stations.forEach(Station::stop);
        for (Station station : stations) {
            station.join();
        }
        printTotals();
        List<String> complaints = new ArrayList<>(troubles.all());
        checkBalance(complaints, busy.size()); // each timer may be one tick ahead of the clock, or behind
        if (rescues > 0) {
            complaints.add("lost: " + rescues + " wake-ups, which the relay rescued");
        }
        complaints.addAll(Growth.of(samples));
        int left = Vitals.take().descriptors() - before.descriptors();
        if (left != 0) {
            complaints.add("left open: " + left + " descriptors");
        }
        return complaints;
    }

    /** Those with automatic choice also poll adaptively. */
    private void openStations() {
        for (RelayMode relay : relays) {
            for (MonitorMode monitor : MonitorMode.values()) {
                Duration polling = monitor == MonitorMode.AUTO ? POLLING : Duration.ZERO;
                busy.add(new Station(relay, monitor, polling, true, counts, troubles));
                quiet.add(new Station(relay, monitor, polling, false, counts, troubles));
            }
        }
        stations.addAll(busy);
        stations.addAll(quiet);
    }

    private void startLoads() {
        Rounds rounds = new Rounds(busy, relays, counts, troubles, latency);
        for (int i = 0; i < WAKERS; i++) {
            List<Station> own = new ArrayList<>();
            for (int station = i; station < quiet.size(); station += WAKERS) {
                own.add(quiet.get(station));
            }
            load("wake-" + i, 200 * MICRO, random -> rounds.wakeUp(random, own));
        }
        load("hop", 20 * MILLI, rounds::hop);
        load("submit", 5 * MILLI, rounds::submit);
        load("descriptor-0", MILLI, rounds::useDescriptor);
        load("descriptor-1", MILLI, rounds::useDescriptor);
        load("timers-0", 5 * MILLI, rounds::useTimers);
        load("timers-1", 5 * MILLI, rounds::useTimers);
        load("context", 20 * MILLI, rounds::useContext);
    }

    private void load(String name, int mostPause, Consumer<Random> round) {
        loads.add(
                new Load(name, lock.readLock(), () -> over || troubles.any(), troubles, mostPause, nextSeed++, round));
    }

    private void sleepUntil(long time) throws InterruptedException {
        for (long left = time - System.nanoTime(); left > 0 && !troubles.any(); left = time - System.nanoTime()) {
            Thread.sleep(Math.min(100, TimeUnit.NANOSECONDS.toMillis(left) + 1));
        }
    }

    private void sample() throws IOException, InterruptedException {
        Lock quiet = lock.writeLock();
        if (!quiet.tryLock(2 * Troubles.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            troubles.add("lost: a round does not end");
            return;
        }
        try {
            Vitals vitals = Vitals.take();
            samples.add(vitals);
            stations.forEach(Station::check);
            List<String> unbalanced = new ArrayList<>();
            checkBalance(unbalanced, Long.MAX_VALUE);
            unbalanced.forEach(troubles::add);
            Histogram interval = latency.getIntervalHistogram();
            allLatencies.add(interval);
            print(vitals, interval);
        } finally {
            quiet.unlock();
        }
    }

    /** While no round is under way, all that was asked for has arrived. */
    private void checkBalance(List<String> complaints, long mostTicks) {
        for (Counts.Count count : counts.all) {
            long missing = count.asked() - count.arrived();
            if (counts.goesByTheClock(count) ? Math.abs(missing) > mostTicks : missing != 0) {
                complaints.add("lost: " + missing + " of " + count.asked() + " " + count.what);
            }
        }
    }

    private void print(Vitals vitals, Histogram latencies) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        System.out.printf(
                Locale.ROOT,
                "%3d:%02d:%02d %11d %7.1f %7.1f %9.1f %7.1f %9.2f %8.1f %4d %8d%n",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60,
                counts.wakeUps.arrived(),
                micros(latencies, 50),
                micros(latencies, 99),
                micros(latencies, 99.9),
                latencies.getMaxValue() / (double) MILLI,
                vitals.heap() / Vitals.MIB,
                vitals.resident() / Vitals.MIB,
                vitals.descriptors(),
                vitals.threads());
    }

    private static double micros(Histogram latencies, double percentile) {
        return latencies.getValueAtPercentile(percentile) / (double) MICRO;
    }

    private void printTotals() {
        for (Counts.Count count : counts.all) {
            System.out.printf(
                    Locale.ROOT, "  %-12s %11d asked for, %11d arrived%n", count.what, count.asked(), count.arrived());
        }
        System.out.printf(
                Locale.ROOT,
                "  latency of %d single wake-ups, us: p50 %.1f, p90 %.1f, p99 %.1f, p99.9 %.1f, p99.99 %.1f, max %.1f%n",
                allLatencies.getTotalCount(),
                micros(allLatencies, 50),
                micros(allLatencies, 90),
                micros(allLatencies, 99),
                micros(allLatencies, 99.9),
                micros(allLatencies, 99.99),
                micros(allLatencies, 100));
    }
}
