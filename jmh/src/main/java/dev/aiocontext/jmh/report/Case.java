package dev.aiocontext.jmh.report;

import dev.aiocontext.internal.posix.Signals;
import dev.aiocontext.jmh.DescriptorBenchmark;
import dev.aiocontext.jmh.InterestBenchmark;
import dev.aiocontext.jmh.MemoryBenchmark;
import dev.aiocontext.jmh.RelayBenchmark;
import dev.aiocontext.jmh.RoundTripBenchmark;
import dev.aiocontext.jmh.TasksBenchmark;
import dev.aiocontext.jmh.TimerBenchmark;
import dev.aiocontext.jmh.TimerLateness;
import dev.aiocontext.jmh.VirtualThreadBenchmark;
import dev.aiocontext.jmh.machine.Affinity;
import dev.aiocontext.jmh.machine.CLibrary;
import dev.aiocontext.jmh.machine.FileLimit;
import dev.aiocontext.jmh.peer.DescriptorSet;
import dev.aiocontext.jmh.peer.LateTimer;
import dev.aiocontext.jmh.peer.TimerSet;
import dev.aiocontext.jmh.startup.FirstOpen;
import dev.aiocontext.jmh.startup.Processes;
import dev.aiocontext.jmh.startup.Program;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A benchmark with a value for each of its parameters.
 *
 * @param benchmark the full name of class and method
 * @param params the parameters' values
 */
record Case(String benchmark, Map<String, String> params) {
    private static final Map<String, Kind> KINDS = Map.of(
            TasksBenchmark.class.getName(), Kind.THROUGHPUT,
            RoundTripBenchmark.class.getName(), Kind.LATENCY,
            RelayBenchmark.class.getName(), Kind.LATENCY,
            InterestBenchmark.class.getName(), Kind.LATENCY,
            VirtualThreadBenchmark.class.getName(), Kind.LATENCY,
            MemoryBenchmark.class.getName(), Kind.ONCE,
            FirstOpen.class.getName(), Kind.WHOLE_PROCESS,
            TimerLateness.class.getName(), Kind.LATENESS);

    /** All cases of a class: each method, with all values of all parameters. */
    static List<Case> of(Class<?> benchmarks) {
        if (benchmarks == FirstOpen.class) {
            return firstOpens();
        }
        if (benchmarks == TimerLateness.class) {
            return lateTimers();
        }
        List<Case> cases = new ArrayList<>();
        String include = Pattern.quote(benchmarks.getName()) + "\\..*";
        for (BenchmarkListEntry entry : BenchmarkList.defaultList()
                .find(
                        OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
                        List.of(include),
                        List.of())) {
            List<Map<String, String>> combinations = List.of(Map.of());
            for (Map.Entry<String, String[]> param :
                    entry.getParams().orElse(Map.of()).entrySet()) {
                combinations = multiplied(combinations, param.getKey(), param.getValue());
            }
            combinations.forEach(params -> cases.add(new Case(entry.getUsername(), params)));
        }
        return cases;
    }

    private static List<Case> firstOpens() {
        List<Case> cases = new ArrayList<>();
        for (String cache : List.of("NONE", "AOT")) {
            for (Program program : Program.values()) {
                Map<String, String> params = new LinkedHashMap<>();
                params.put("peer", program.name());
                params.put("cache", cache);
                cases.add(new Case(FirstOpen.class.getName() + ".wholeProcess", params));
            }
        }
        return cases;
    }

    private static List<Case> lateTimers() {
        List<Case> cases = new ArrayList<>();
        for (TimerLateness.Delay delay : TimerLateness.Delay.values()) {
            for (LateTimer.Peer peer : LateTimer.Peer.values()) {
                Map<String, String> params = new LinkedHashMap<>();
                params.put("peer", peer.name());
                params.put("delay", delay.name());
                cases.add(new Case(TimerLateness.class.getName() + ".late", params));
            }
        }
        return cases;
    }

    private static List<Map<String, String>> multiplied(
            List<Map<String, String>> combinations, String name, String[] values) {
        List<Map<String, String>> product = new ArrayList<>();
        for (Map<String, String> combination : combinations) {
            for (String value : values) {
                Map<String, String> longer = new LinkedHashMap<>(combination);
                longer.put(name, value);
                product.add(longer);
            }
        }
        return product;
    }

    String param(String name) {
        return params.getOrDefault(name, "");
    }

    String method() {
        return benchmark.substring(benchmark.lastIndexOf('.') + 1);
    }

    /** How a case is measured. */
    enum Kind {
        /** Rates, which differ from fork to fork: several, by turns. */
        THROUGHPUT,
        /** Times of single operations that wake a thread: several forks, by turns. */
        LATENCY,
        /** A second time in the same JVM would find what the first has left. */
        ONCE,
        /** The time of a process from its start to its end: many, by turns. */
        WHOLE_PROCESS,
        /** By how much each of many timers is late, in a process of its own: several, by turns. */
        LATENESS,
        /** All others, whose forks differ little. */
        OTHER
    }

    Kind kind() {
        return KINDS.getOrDefault(benchmark.substring(0, benchmark.lastIndexOf('.')), Kind.OTHER);
    }

    boolean takesTurns() {
        return switch (kind()) {
            case THROUGHPUT, LATENCY, WHOLE_PROCESS, LATENESS -> true;
            case ONCE, OTHER -> false;
        };
    }

    boolean isWholeProcess() {
        return kind() == Kind.WHOLE_PROCESS;
    }

    /** The cases with the same name are compared with each other. */
    String column() {
        Map<String, String> others = new LinkedHashMap<>(params);
        others.keySet().removeAll(Set.of("peer", "polling"));
        return new Case(benchmark, others).toString();
    }

    /**
     * Why this machine cannot run it.
     *
     * @param sigioBlockedInForks whether it runs in a JVM that has SIGIO blocked; else that is looked up in this one
     */
    Optional<String> obstacle(boolean sigioBlockedInForks) {
        if (peerStarts("C_") || needs("JNI")) {
            if (!CLibrary.problem().isEmpty()) {
                return Optional.of(CLibrary.problem());
            }
        }
        if (benchmark.startsWith(TimerBenchmark.class.getName())
                && param("peer").equals(TimerSet.Peer.FORK_JOIN.name())
                && !TimerSet.Peer.FORK_JOIN.isAvailable()) {
            return Optional.of("ForkJoinPool.schedule needs JDK 25");
        }
        if (param("cache").equals("AOT") && !Processes.canCache()) {
            return Optional.of("an AOT cache of one step needs JDK 25");
        }
        if (param("pin").equals("TWO") && Affinity.second() < 0) {
            return Optional.of("there is only one core");
        }
        if (needs("NETTY_EPOLL") && !Epoll.isAvailable()) {
            return Optional.of(String.valueOf(Epoll.unavailabilityCause()));
        }
        if (needs("NETTY_IO_URING") && !IoUring.isAvailable()) {
            return Optional.of(String.valueOf(IoUring.unavailabilityCause()));
        }
        if (needs("PROCESS") && !sigioBlockedInForks && !Signals.blockedHere(Signals.SIGIO)) {
            return Optional.of("SIGIO is not blocked in its JVM: env(1) cannot, or there is no fork");
        }
        if (!param("descriptors").isEmpty()) {
            int openFiles = DescriptorBenchmark.openFiles(
                    DescriptorSet.Peer.valueOf(param("peer")),
                    Integer.parseInt(param("descriptors")),
                    method().equals("allActive"));
            if (!FileLimit.raise(openFiles)) {
                return Optional.of("`ulimit -Hn` is below " + openFiles);
            }
        }
        return Optional.empty();
    }

    private boolean peerStarts(String start) {
        return param("peer").startsWith(start);
    }

    private boolean needs(String start) {
        return params.values().stream().anyMatch(value -> value.contains(start));
    }

    @Override
    public String toString() {
        String shortName = benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1);
        return shortName
                + params.entrySet().stream()
                        .map(param -> " " + param.getKey() + "=" + param.getValue())
                        .collect(Collectors.joining());
    }
}
