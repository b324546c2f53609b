package dev.aiocontext.internal.loop;

import dev.aiocontext.SigioHandler;
import dev.aiocontext.Source;
import dev.aiocontext.internal.posix.Signals;

/**
 * The source of the signals that come through a relay. The monitor of its {@link RelayDriver} guards what it writes.
 *
 * <p><b>Threads.</b> {@link #invoke}: the home thread. Everything else: any.
 */
final class SigioWork extends SwitchedSource {
    private final RelayDriver relay;
    private final SigioHandler handler;

    SigioWork(RelayDriver relay, Sources sources, SigioHandler handler) {
        super(sources, "SIGIO");
        this.relay = relay;
        this.handler = handler;
    }

    @Override
    void wakeLoop() {
        relay.wakeLoop();
    }

    @Override
    public void end() {
        relay.remove(this);
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
