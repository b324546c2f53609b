package dev.aiocontext.internal.doctor;

import dev.aiocontext.internal.posix.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/** Has the flight recorder note every rescue in this JVM, where there is one, and tells the ones worth telling. */
final class RescueRecording implements AutoCloseable {
    private static final String EVENT = "dev.aiocontext.Rescue";
    private static final int MOST = 3;

    private final @Nullable Recording recording;

    RescueRecording() {
        recording = Platform.hasFlightRecorder() && FlightRecorder.isAvailable() ? new Recording() : null;
        if (recording != null) {
            recording.enable(EVENT);
            recording.start();
        }
    }

    /** Lists the first few rescues that were not provoked, or if there is none, one that was. */
    List<RescueStory> stories() {
        if (recording == null) {
            return List.of();
        }
        List<RescueStory> all = read(recording);
        List<RescueStory> real = all.stream()
                .filter(Predicate.not(RescueStory::provoked))
                .limit(MOST)
                .toList();
        // The last one: the first took its time for classes to be loaded.
        return real.isEmpty() ? all.subList(Math.max(0, all.size() - 1), all.size()) : real;
    }

    private static List<RescueStory> read(Recording recording) {
        try {
            Path file = Files.createTempFile("aiocontext-doctor", ".jfr");
            try {
                recording.dump(file);
                // Slow callbacks are in it as well: a recording has all events that are on by default.
                return RecordingFile.readAllEvents(file).stream()
                        .filter(event -> event.getEventType().getName().equals(EVENT))
                        .map(RescueStory::of)
                        .toList();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what the flight recorder noted", e);
        }
    }

    @Override
    public void close() {
        if (recording != null) {
            recording.close();
        }
    }
}
