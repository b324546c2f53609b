package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.machine.CLibrary;
import io.netty.util.Version;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Where a report was made, as words for people.
 *
 * @param facts name and value of each fact, in order
 */
public record Machine(Map<String, String> facts) {
    static Machine here() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("processor", processor());
        facts.put("architecture", System.getProperty("os.arch"));
        facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("virtual machine", virtualMachine());
        facts.put("frequency governor", firstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "unknown"));
        facts.put(
                "clock source",
                firstLine("/sys/devices/system/clocksource/clocksource0/current_clocksource", "unknown"));
        facts.put("kernel", firstLine("/proc/sys/kernel/osrelease", "unknown"));
        facts.put("C library", lastWords("ldd", "--version"));
        facts.put("gcc", CLibrary.problem().isEmpty() ? lastWords("gcc", "--version") : CLibrary.problem());
        facts.put("JDK", System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"));
        facts.put("JMH", version("org.openjdk.jmh", "jmh-core"));
        facts.put("Netty", nettyVersion());
        facts.put("JNA", com.sun.jna.Native.VERSION);
        facts.put("jnr-posix", version("com.github.jnr", "jnr-posix"));
        return new Machine(facts);
    }

    private static String processor() {
        List<String> lines = lines("/proc/cpuinfo");
        return lines.stream()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElseGet(() -> lines.stream()
                        .filter(line -> line.startsWith("CPU implementer") || line.startsWith("CPU part"))
                        .distinct()
                        .map(line -> line.replaceAll("\\s+", " "))
                        .collect(Collectors.joining(", ")));
    }

    private static String virtualMachine() {
        boolean hypervisor = lines("/proc/cpuinfo").stream()
                .anyMatch(line -> line.startsWith("flags") && line.contains(" hypervisor"));
        return hypervisor ? "yes" : "not seen";
    }

    private static String nettyVersion() {
        Version transport = Version.identify().get("netty-transport");
        return transport == null ? "unknown" : transport.artifactVersion();
    }

    /** What Maven writes into a jar. */
    private static String version(String group, String artifact) {
        String file = "/META-INF/maven/" + group + "/" + artifact + "/pom.properties";
        try (InputStream in = Machine.class.getResourceAsStream(file)) {
            if (in == null) {
                return "unknown";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String firstLine(String file, String otherwise) {
        return Files.isReadable(Path.of(file))
                ? lines(file).stream().findFirst().orElse(otherwise)
                : otherwise;
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String lastWords(String... command) {
        return output(command).lines().findFirst().orElse("unknown");
    }

    /** What a command prints; empty if it fails or is not there. */
    static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? output.strip() : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** The commit that is checked out where this runs. */
    static String commit() {
        String commit = output("git", "rev-parse", "HEAD");
        if (commit.isEmpty()) {
            return "unknown";
        }
        return output("git", "status", "--porcelain", "--untracked-files=no").isEmpty() ? commit : commit + "-dirty";
    }
}
