package dev.aiocontext.source;

import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.SignalAction;
import dev.aiocontext.testkit.OpenFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What this process has that sources might leave behind, as /proc and the C library tell it.
 *
 * @param descriptors the descriptors of the library's kinds
 * @param watches the inotify watches, by their descriptor
 * @param actions what is done with each signal
 * @param masks the blocked signals of each thread, by its number
 * @param kibibytes the resident memory that belongs to no file
 */
record Belongings(
        Map<Integer, String> descriptors,
        Map<Integer, List<String>> watches,
        List<SignalAction> actions,
        Map<Integer, String> masks,
        long kibibytes) {
    private static final int SIGNALS = 64;

    /** The C library keeps these two for itself, and tells nothing of them. */
    private static final List<Integer> OF_THE_C_LIBRARY = List.of(32, 33);

    static Belongings now() {
        Map<Integer, String> open = OpenFiles.now();
        Map<Integer, List<String>> watches = new TreeMap<>();
        open.forEach((fd, file) -> {
            if (file.contains("inotify")) {
                watches.put(fd, watches(fd));
            }
        });
        Map<Integer, String> masks = new TreeMap<>();
        for (KernelThread thread : KernelThread.all()) {
            masks.put(thread.tid(), mask(thread));
        }
        List<SignalAction> actions = IntStream.rangeClosed(1, SIGNALS)
                .filter(signal -> !OF_THE_C_LIBRARY.contains(signal))
                .mapToObj(SignalAction::of)
                .toList();
        return new Belongings(open, watches, actions, masks, resident());
    }

    /** A thread of the library waits in sigwait(3): what it waits for is blocked before, and not while it waits. */
    private static String mask(KernelThread thread) {
        return thread.name().startsWith("aiocontext")
                ? "what it waits for"
                : thread.status().getOrDefault("SigBlk", "?");
    }

    private static List<String> watches(int fd) {
        return lines("/proc/self/fdinfo/" + fd).stream()
                .filter(line -> line.startsWith("inotify "))
                .toList();
    }

    private static long resident() {
        return lines("/proc/self/status").stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the descriptors that were not open before} */
    List<String> descriptorsSince(Belongings before) {
        Map<Integer, String> files = new TreeMap<>(descriptors);
        files.entrySet().removeAll(before.descriptors.entrySet());
        return files.entrySet().stream().map(Object::toString).toList();
    }

    /** {@return the watches that were not there before, and what has changed of signals, in words} */
    List<String> otherThingsSince(Belongings before) {
        List<String> more = new ArrayList<>();
        watches.forEach((fd, all) -> {
            List<String> added = new ArrayList<>(all);
            added.removeAll(before.watches.getOrDefault(fd, List.of()));
            added.forEach(watch -> more.add("watch of descriptor " + fd + ": " + watch));
        });
        for (int i = 0; i < actions.size(); i++) {
            if (!actions.get(i).equals(before.actions.get(i))) {
                more.add(actions.get(i) + ", before " + before.actions.get(i));
            }
        }
        masks.forEach((tid, mask) -> {
            if (!mask.equals(before.masks.getOrDefault(tid, mask))) {
                more.add("thread " + tid + " blocks " + mask + ", before " + before.masks.get(tid));
            }
        });
        return more;
    }

    /** {@return how many threads there are now} */
    int threads() {
        return masks.size();
    }
}
