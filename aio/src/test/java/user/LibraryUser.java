package user;

import dev.aiocontext.AioContext;
import java.util.concurrent.atomic.AtomicInteger;

/** A program that knows the public package only, and lies outside of it. */
public final class LibraryUser {
    private LibraryUser() {}

    /** Has a worker's result arrive on the loop. */
    public static void main(String[] args) {
        AtomicInteger result = new AtomicInteger();
        try (AioContext ctx = AioContext.open()) {
            ctx.threadPool().submit(() -> 42).whenComplete((value, failure) -> {
                result.set(value == null ? -1 : value);
                ctx.stop();
            });
            ctx.run();
            System.out.println((result.get() == 42 ? "works in " : "fails in ")
                    + (AioContext.class.getModule().isNamed()
                            ? AioContext.class.getModule().getName()
                            : "the unnamed module")
                    + ", relay " + ctx.relayMode());
        }
    }
}
