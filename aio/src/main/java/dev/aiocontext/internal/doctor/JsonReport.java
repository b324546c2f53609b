package dev.aiocontext.internal.doctor;

import dev.aiocontext.internal.posix.KernelThread;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes the findings for programs. The keys are documented in {@code docs/doctor.md} and stay. A later version may add some. A
 * change that removes a key, or changes its meaning, raises {@link #FORMAT_VERSION}.
 */
final class JsonReport {
    static final int FORMAT_VERSION = 1;

    private JsonReport() {}

    static String of(Findings findings) {
        Map<String, @Nullable Object> report = new LinkedHashMap<>();
        report.put("formatVersion", FORMAT_VERSION);
        report.put("seconds", findings.seconds());
        report.put("machine", machine(findings.machine()));
        report.put("relay", relay(findings.machine()));
        report.put("sigio", sigio(findings.machine()));
        report.put(
                "wakeups", findings.wakeups().stream().map(JsonReport::wakeup).toList());
        report.put("insurance", insurance(findings));
        report.put(
                "rescues", findings.rescues().stream().map(JsonReport::rescue).toList());
        report.put(
                "notMeasured",
                findings.notMeasured().stream().map(JsonReport::notMeasured).toList());
        report.put("allWell", findings.allWell());
        report.put("verdict", Verdict.of(findings));
        return Json.of(report);
    }

    private static Map<String, @Nullable Object> machine(Machine machine) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("architecture", machine.architecture());
        object.put("processors", machine.processors());
        object.put("kernel", machine.kernel());
        object.put("libc", machine.libc());
        object.put("jdk", machine.jdk());
        return object;
    }

    private static Map<String, @Nullable Object> relay(Machine machine) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("mode", machine.relay().mode().name());
        object.put("reason", machine.relay().reason());
        return object;
    }

    private static Map<String, @Nullable Object> sigio(Machine machine) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("threads", machine.sigio().threads());
        object.put(
                "unblocked",
                machine.sigio().unblocked().stream().map(JsonReport::thread).toList());
        return object;
    }

    private static Map<String, @Nullable Object> thread(KernelThread thread) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("tid", thread.tid());
        object.put("name", thread.name());
        return object;
    }

    private static Map<String, @Nullable Object> wakeup(WakeupResult result) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("relay", result.relay().name());
        object.put("wakeups", result.wakeups());
        object.put("wakeupsBlocked", result.blocked());
        object.put("wakeupsRacing", result.racing());
        object.put("lost", result.lost());
        object.put("echoes", result.echoes());
        object.put("rescues", result.rescues());
        object.put("latencySamples", result.latency().samples());
        putTimes(object, "latency", result.latency());
        putTimes(object, "notifier", result.notifier());
        return object;
    }

    private static Map<String, @Nullable Object> insurance(Findings findings) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("loseOneIn", InsuranceTrial.LOSE_ONE_IN);
        object.put("hangMillis", TimeUnit.NANOSECONDS.toMillis(InsuranceTrial.HANG));
        object.put("hangWithRelayMillis", TimeUnit.NANOSECONDS.toMillis(WakeupTrial.PATIENCE));
        object.put(
                "trials",
                findings.insurance().stream().map(JsonReport::insurance).toList());
        return object;
    }

    private static Map<String, @Nullable Object> insurance(InsuranceResult result) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("relay", result.relay().name());
        object.put("wakeups", result.wakeups());
        object.put("dropped", result.dropped());
        object.put("hangs", result.hangs());
        object.put("rescues", result.rescues());
        putTimes(object, "rescue", result.rescue());
        return object;
    }

    private static Map<String, @Nullable Object> rescue(RescueStory story) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("provoked", story.provoked());
        object.put("relay", story.relay());
        object.put("arming", story.arming());
        object.put("state", story.state());
        object.put("doorbellReadable", story.doorbellReadable());
        object.put("monitor", story.monitor());
        object.put("work", story.work());
        object.put("bareWakeup", story.request());
        object.put("notifier", story.notifier());
        object.put("asleepNanos", story.asleepNanos());
        object.put("delayNanos", story.delayNanos());
        object.put("story", story.inWords());
        return object;
    }

    private static Map<String, @Nullable Object> notMeasured(Findings.NotMeasured missing) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("relay", missing.relay().name());
        object.put("reason", missing.reason());
        return object;
    }

    /** Writes times, and null for the times of what never happened. */
    private static void putTimes(Map<String, @Nullable Object> object, String what, Times times) {
        object.put(what + "P50Nanos", times.isEmpty() ? null : times.p50Nanos());
        object.put(what + "P99Nanos", times.isEmpty() ? null : times.p99Nanos());
        object.put(what + "MaxNanos", times.isEmpty() ? null : times.maxNanos());
    }
}
