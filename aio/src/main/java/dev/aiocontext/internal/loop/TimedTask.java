package dev.aiocontext.internal.loop;

import dev.aiocontext.AioTimer;
import dev.aiocontext.Task;
import dev.aiocontext.TimerHandler;
import java.time.Duration;

/**
 * A task that a timer of its own runs. The timer has no other name than what this says, and hardly anybody asks for it, so the name is made
 * when somebody does.
 *
 * <p><b>Threads.</b> {@link #fired}: the home thread. Everything else: any.
 *
 * @param when whether it runs after a time, or in each period: a word
 * @param time that time
 * @param task what it runs
 */
public record TimedTask(String when, Duration time, Task task) implements TimerHandler {
    @Override
    public void fired(AioTimer timer, long missed) throws Throwable {
        task.run();
    }

    /** {@return the name of its timer} */
    String name() {
        return when + " " + time;
    }
}
