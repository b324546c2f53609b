package dev.aiocontext.examples;

import dev.aiocontext.AioContext;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdHandler;
import dev.aiocontext.FdSource;
import java.time.Duration;

/** Calls a handler at most once in a time: its source is suspended, and a timer resumes it. */
public record RateLimit(AioContext context, Duration pause, FdHandler handler) implements FdHandler {
    @Override
    public void ready(FdSource source, FdEvents events) throws Throwable {
        handler.ready(source, events); // if it throws, the source stays suspended
        if (source.isOpen()) {
            source.suspend();
            context.after(pause, () -> {
                if (source.isOpen()) {
                    source.resume();
                }
            });
        }
    }
}
