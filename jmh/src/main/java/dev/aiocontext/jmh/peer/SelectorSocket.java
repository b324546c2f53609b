package dev.aiocontext.jmh.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;

/** A socket that nobody ever writes to: an idle descriptor for a selector, whose pipes take two each. */
final class SelectorSocket extends SelectorChannel {
    SelectorSocket(Selector selector) {
        super(selector, openChannel());
    }

    private static DatagramChannel openChannel() {
        try {
            return DatagramChannel.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void put() {
        throw new UnsupportedOperationException("an idle descriptor");
    }

    @Override
    public void take() {
        throw new UnsupportedOperationException("an idle descriptor");
    }
}
