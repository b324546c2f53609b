package dev.aiocontext.internal.loop;

import dev.aiocontext.Source;
import org.jspecify.annotations.Nullable;

/**
 * Names what a loop calls, as its user knows it: by the name of a source, or else by the class of what the user has handed in. Events have these
 * names. They are made when an event is told, and not before.
 *
 * <p><b>Threads.</b> The home thread.
 *
 * <p><b>Errors.</b> An owner ({@code OwnedCallback}) is the user's code. If it throws, the name says so, and nothing else happens.
 */
final class CalledName {
    private static final String OURS = CalledName.class.getPackageName() + ".";

    private CalledName() {}

    /** {@return the name of a source, and that of its owner if it is a part} */
    static String ofSource(LoopSource source) {
        if (source instanceof TimerSource timer && timer.handler instanceof ScheduledRun run) {
            return run.what();
        }
        return source instanceof TimerSource timer ? "timer " + ofTimer(timer) : source + owner(source);
    }

    /** {@return the name of a timer, without the word} */
    static String ofTimer(TimerSource timer) {
        if (timer.handler instanceof ScheduledRun run) {
            return run.what();
        }
        String task = timer.handler instanceof TimedTask timed
                ? ", " + timed.task().getClass().getName()
                : "";
        return timer.name() + task + owner(timer);
    }

    private static String owner(LoopSource source) {
        try {
            Source owner = source.owner();
            return owner.equals(source) ? "" : ", part of " + owner;
        } catch (RuntimeException | Error untold) {
            return ", whose owner is not told (" + untold.getClass().getName() + ")";
        }
    }

    /** {@return the name of a task} */
    static String ofTask(Runnable task) {
        if (task instanceof Piece piece) {
            return piece.what();
        }
        if (task instanceof FailureReport report) {
            return "exception handler, told of " + named(report.source());
        }
        if (task instanceof LoopStage stage) {
            return stage.what();
        }
        String name = task.getClass().getName(); // not by a toString() of the user's, which may throw
        return name.startsWith(OURS) ? "work of the loop itself" : "task " + name;
    }

    private static String named(@Nullable Source source) {
        if (source == null) {
            return "no source";
        }
        try {
            return source instanceof LoopSource own ? ofSource(own) : source.toString();
        } catch (RuntimeException | Error untold) {
            return "a source that is not told (" + untold.getClass().getName() + ")";
        }
    }
}
