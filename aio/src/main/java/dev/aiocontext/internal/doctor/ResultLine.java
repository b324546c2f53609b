package dev.aiocontext.internal.doctor;

import dev.aiocontext.RelayMode;
import java.util.Arrays;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Results as lines of text, to pass them from one JVM to another. */
final class ResultLine {
    private static final String WAKEUP = "wakeup ";
    private static final String INSURANCE = "insurance ";

    private ResultLine() {}

    static String of(WakeupResult r) {
        LongStream figures = LongStream.of(r.blocked(), r.racing(), r.lost(), r.echoes(), r.rescues());
        return WAKEUP + r.relay() + " " + join(figures, r.latency(), r.notifier());
    }

    static String of(InsuranceResult r) {
        LongStream figures = LongStream.of(r.wakeups(), r.dropped(), r.hangs(), r.rescues());
        return INSURANCE + r.relay() + " " + join(figures, r.rescue());
    }

    static Optional<WakeupResult> wakeup(String output) {
        return find(output, WAKEUP).map(words -> {
            RelayMode relay = RelayMode.valueOf(words[0]);
            PrimitiveIterator.OfLong n = figures(words);
            return new WakeupResult(relay, next(n), next(n), next(n), next(n), next(n), times(n), times(n));
        });
    }

    static Optional<InsuranceResult> insurance(String output) {
        return find(output, INSURANCE).map(words -> {
            RelayMode relay = RelayMode.valueOf(words[0]);
            PrimitiveIterator.OfLong n = figures(words);
            return new InsuranceResult(relay, next(n), next(n), next(n), next(n), times(n));
        });
    }

    private static String join(LongStream figures, Times... times) {
        LongStream all = LongStream.concat(
                figures,
                Arrays.stream(times)
                        .flatMapToLong(t -> LongStream.of(t.samples(), t.p50Nanos(), t.p99Nanos(), t.maxNanos())));
        return all.mapToObj(Long::toString).collect(Collectors.joining(" "));
    }

    private static Optional<String[]> find(String output, String kind) {
        return output.lines()
                .filter(line -> line.startsWith(kind))
                .map(line -> line.substring(kind.length()).split(" ", -1))
                .findFirst();
    }

    private static PrimitiveIterator.OfLong figures(String[] words) {
        return Arrays.stream(words).skip(1).mapToLong(Long::parseLong).iterator();
    }

    private static Times times(PrimitiveIterator.OfLong n) {
        return new Times(next(n), next(n), next(n), next(n));
    }

    private static long next(PrimitiveIterator.OfLong n) {
        return n.nextLong();
    }
}
