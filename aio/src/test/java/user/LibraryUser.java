package user;

import dev.aiocontext.AioContext;
import dev.aiocontext.source.SignalRoute;
import dev.aiocontext.source.SignalSource;
import dev.aiocontext.source.Signals;
import java.util.concurrent.atomic.AtomicInteger;

/** A program that knows the public packages only, and lies outside of them. */
public final class LibraryUser {
    private LibraryUser() {}

    /** Has a worker's result arrive on the loop, and a signal come by the JVM's handlers. */
    public static void main(String[] args) {
        AtomicInteger result = new AtomicInteger();
        try (AioContext ctx = AioContext.open();
                SignalSource signal = Signals.on(ctx, "WINCH", (source, event) -> {})) {
            ctx.threadPool().submit(() -> 42).whenComplete((value, failure) -> {
                result.set(value == null ? -1 : value);
                ctx.stop();
            });
            ctx.run();
            System.out.println(
                    (result.get() == 42 && signal.route().route() == SignalRoute.JVM ? "works in " : "fails in ")
                            + (AioContext.class.getModule().isNamed()
                                    ? AioContext.class.getModule().getName()
                                    : "the unnamed module")
                            + ", relay " + ctx.relayMode());
        }
    }
}
