package dev.aiocontext.jmh.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;

/** A {@code java.nio.channels.Pipe}: a selector takes no other. */
final class SelectorPipe extends SelectorChannel {
    private static final ByteBuffer BYTE = ByteBuffer.allocateDirect(1);

    private final Pipe pipe;

    SelectorPipe(Selector selector) {
        this(selector, openPipe());
    }

    private SelectorPipe(Selector selector, Pipe pipe) {
        super(selector, pipe.source());
        this.pipe = pipe;
    }

    private static Pipe openPipe() {
        try {
            return Pipe.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void put() {
        try {
            pipe.sink().write(BYTE.clear());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void take() {
        try {
            pipe.source().read(BYTE.clear());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        super.close();
        try {
            pipe.sink().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
