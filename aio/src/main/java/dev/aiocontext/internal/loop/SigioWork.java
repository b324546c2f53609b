package dev.aiocontext.internal.loop;

import dev.aiocontext.SigioHandler;
import dev.aiocontext.Source;
import dev.aiocontext.internal.posix.Signals;

/**
 * The source of the signals that come through a relay. The monitor of its {@link RelayDriver} guards what it writes.
 *
 * <p><b>Threads.</b> {@link #invoke}: the home thread. Everything else: any.
 */
final class SigioWork extends ListedSource {
    private final RelayDriver relay;
    private final SigioHandler handler;
    volatile boolean open = true;
    volatile boolean suspended;

    SigioWork(RelayDriver relay, Sources sources, SigioHandler handler) {
        super(sources, "SIGIO");
        this.relay = relay;
        this.handler = handler;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void hold() {
        requireOpen();
        suspended = true;
    }

    @Override
    public void letGo() {
        requireOpen();
        suspended = false;
        relay.wakeLoop();
    }

    @Override
    public boolean isSuspended() {
        return suspended && open;
    }

    /** {@return whether the source is to be called: it is open and not suspended} */
    boolean isListening() {
        return open && !suspended;
    }

    @Override
    public void end() {
        relay.remove(this);
    }

    @Override
    public void endWithContext() {
        open = false;
    }

    @Override
    public Source owner() {
        return ownerOf(handler);
    }

    @Override
    public String waitsFor() {
        return "SIGIO";
    }

    @Override
    public void invoke() throws Throwable {
        handler.signalled(Signals.SIGIO);
    }

    @Override
    public String toString() {
        return "SIGIO handler";
    }
}
