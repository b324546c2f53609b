package dev.aiocontext;

/**
 * A bottom half: its flags, and what it calls.
 *
 * <p><b>Threads.</b> As {@link BottomHalf}; {@link #takeFlags} and {@link #run}: the home thread. {@link BottomHalfFlags} has
 * the argument why no scheduling is lost.
 */
final class BottomHalfWork implements BottomHalf, Runnable {
    private final AioContext context;
    private final String name;
    private final Runnable callback;
    private final BottomHalfFlags flags = new BottomHalfFlags();

    BottomHalfWork(AioContext context, String name, Runnable callback) {
        this.context = context;
        this.name = name;
        this.callback = callback;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void schedule() {
        requireAlive();
        switch (flags.schedule()) {
            case NOTHING -> {}
            case PUSH -> requirePushed(context.push(this));
            case WAKE -> context.wakeupIfOpen();
        }
    }

    @Override
    public void scheduleIdle() {
        requireAlive();
        if (flags.scheduleIdle()) {
            requirePushed(context.pushIdle(this));
            if (flags.isToWake()) { // schedule() came in between, and its wake-up before the push
                context.wakeupIfOpen();
            }
        }
    }

    private void requirePushed(boolean pushed) {
        if (!pushed) {
            flags.take();
            throw AioContext.closedException();
        }
    }

    @Override
    public void cancel() {
        flags.cancel();
    }

    @Override
    public void delete() {
        if (flags.delete()) {
            context.forget(this);
        }
    }

    private void requireAlive() {
        if (flags.isDeleted()) {
            throw new IllegalStateException("bottom half " + name + " is deleted");
        }
    }

    /** As {@link BottomHalfFlags#take}. */
    int takeFlags() {
        return flags.take();
    }

    @Override
    public void run() {
        callback.run();
    }

    @Override
    public String toString() {
        return "bottom half " + name;
    }
}
