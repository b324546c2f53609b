package dev.aiocontext.stress;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.TestExecutor;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.MuxCollector;
import org.openjdk.jcstress.infra.collectors.SerializedBufferCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.ConsoleReportPrinter;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;
import org.openjdk.jcstress.os.AffinityMode;
import org.openjdk.jcstress.os.OSSupport;
import org.openjdk.jcstress.os.Scheduler;
import org.openjdk.jcstress.os.SchedulingClass;
import org.openjdk.jcstress.os.topology.PresetRegularTopology;
import org.openjdk.jcstress.os.topology.Topology;
import org.openjdk.jcstress.os.topology.TopologyParseException;
import org.openjdk.jcstress.util.Environment;
import org.openjdk.jcstress.vm.CompileMode;
import org.openjdk.jcstress.vm.VMSupport;

/**
 * Runs of tests, by jcstress's parts in the way of its own {@code JCStress.run()}, but for two things: a test of more threads
 * than there are cores is run all the same, on as many as there are, without affinity; and a test that opens descriptors
 * has few states at once.
 */
final class Runs {
    private final Options options;
    private final InProcessCollector results;
    private final Topology topology = Topology.get();

    Runs(Options options, InProcessCollector results) {
        this.options = options;
        this.results = results;
        OSSupport.init();
        VMSupport.initFlags(options);
        VMSupport.detectAvailableVMConfigs(
                options.isSplitCompilation(), options.getJvmArgs(), options.getJvmArgsPrepend());
        topology.printStatus(System.out);
        options.printSettingsOn(System.out);
    }

    void run(Collection<String> tests) throws Exception {
        List<TestConfig> fitting = new ArrayList<>();
        List<TestConfig> crowded = new ArrayList<>();
        for (String test : tests) {
            TestInfo info = TestList.getInfo(test);
            if (info.threads() <= Math.min(topology.totalCores(), options.getCPUCount())) {
                Scheduler scheduler = new Scheduler(topology, options.getCPUCount());
                addConfigs(
                        fitting,
                        info,
                        scheduler.scheduleClasses(info.threads(), options.getCPUCount(), options.affinityMode()));
            } else {
                Scheduler scheduler = new Scheduler(manyCores(info.threads()), info.threads());
                addConfigs(crowded, info, scheduler.scheduleClasses(info.threads(), info.threads(), AffinityMode.NONE));
            }
        }
        execute(fitting, new Scheduler(topology, options.getCPUCount()));
        int mostThreads =
                crowded.stream().mapToInt(config -> config.threads).max().orElse(0);
        execute(crowded, new Scheduler(manyCores(mostThreads), mostThreads));
    }

    private static Topology manyCores(int cores) throws TopologyParseException {
        return new PresetRegularTopology(1, Math.max(1, cores), 1);
    }

    private void addConfigs(List<TestConfig> configs, TestInfo info, List<SchedulingClass> classes)
            throws ClassNotFoundException {
        boolean opensDescriptors = Class.forName(info.binaryName()).isAnnotationPresent(OpensDescriptors.class);
        for (VMSupport.Config vm : VMSupport.getAvailableVMConfigs()) {
            int forks = options.getForks() * (vm.stress() ? options.getForksStressMultiplier() : 1);
            for (SchedulingClass scheduling : classes) {
                for (int compilation : compilations(info, vm)) {
                    for (int fork = 0; fork < forks; fork++) {
                        TestConfig config = new TestConfig(options, info, fork, vm.args(), compilation, scheduling);
                        if (opensDescriptors) {
                            config.strideCount = 1;
                        }
                        configs.add(config);
                    }
                }
            }
        }
    }

    private int[] compilations(TestInfo info, VMSupport.Config vm) {
        if (!options.isSplitCompilation() || !VMSupport.compilerDirectivesAvailable()) {
            return new int[] {CompileMode.UNIFIED};
        }
        return IntStream.of(CompileMode.casesFor(info.threads(), VMSupport.c1Available(), VMSupport.c2Available()))
                .filter(mode -> !vm.onlyIfC2() || CompileMode.hasC2(mode, info.threads()))
                .toArray();
    }

    private void execute(List<TestConfig> configs, Scheduler scheduler) throws Exception {
        if (configs.isEmpty()) {
            return;
        }
        Collections.shuffle(configs);
        ConsoleReportPrinter printer = new ConsoleReportPrinter(
                options, new PrintWriter(System.out, true, System.out.charset()), configs.size());
        SerializedBufferCollector sink =
                new SerializedBufferCollector(MuxCollector.of(printer, result -> results.add(complete(result))));
        TestExecutor executor = new TestExecutor(options.verbosity(), sink, scheduler);
        printer.setExecutor(executor);
        executor.runAll(configs);
        sink.close();
        printer.printFinishLine();
    }

    /** A test that does not link is not run, and jcstress would let that pass. */
    private static TestResult complete(TestResult result) {
        TestResult complete = result;
        if (result.status() == Status.API_MISMATCH) {
            complete = new TestResult(Status.CHECK_TEST_ERROR);
            complete.setConfig(result.getConfig());
            complete.addMessages(result.getMessages());
        }
        complete.setEnv(Environment.getInstance());
        return complete;
    }
}
