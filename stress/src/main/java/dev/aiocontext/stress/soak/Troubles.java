package dev.aiocontext.stress.soak;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What went wrong: the first of it ends the soak. Any thread. */
final class Troubles {
    /** Longer than anything takes that is not lost, on a machine however busy. */
    static final Duration LIMIT = Duration.ofMinutes(1);

    private static final int MOST = 20;

    private final List<String> list = new CopyOnWriteArrayList<>();

    void add(String what) {
        if (list.size() < MOST) {
            list.add(what);
        }
    }

    void add(String where, Throwable failure) {
        add(where + ": " + failure);
        failure.printStackTrace();
    }

    boolean any() {
        return !list.isEmpty();
    }

    List<String> all() {
        return List.copyOf(list);
    }

    /** Waits for the end of a thread; shows where it is if that does not come. */
    void awaitEnd(Thread thread, String what) throws InterruptedException {
        if (!thread.join(LIMIT)) {
            add("lost: " + what + " does not end");
            System.out.println(what + " is here:");
            for (StackTraceElement frame : thread.getStackTrace()) {
                System.out.println("    at " + frame);
            }
        }
    }

    /** Waits for what must come. */
    void await(CompletableFuture<?> arrival, String what) {
        try {
            arrival.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException lost) {
            add("lost: " + what + " has not come within " + LIMIT.toSeconds() + " s");
        } catch (InterruptedException | ExecutionException e) {
            add(what, e);
        }
    }
}
