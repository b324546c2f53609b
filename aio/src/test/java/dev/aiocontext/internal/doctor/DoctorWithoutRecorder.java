package dev.aiocontext.internal.doctor;

/** Has the doctor note rescues, in a run-time image that may have no flight recorder. */
public final class DoctorWithoutRecorder {
    private DoctorWithoutRecorder() {}

    /** Prints what it noted. */
    public static void main(String[] args) {
        try (RescueRecording recording = new RescueRecording()) {
            System.out.println("stories: " + recording.stories());
        }
    }
}
