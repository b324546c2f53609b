package dev.aiocontext.jmh.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A channel that a selector watches. */
abstract class SelectorChannel implements WatchedPipe {
    private final Selector selector;
    private final SelectableChannel channel;
    private @Nullable SelectionKey key;

    SelectorChannel(Selector selector, SelectableChannel channel) {
        this.selector = selector;
        this.channel = channel;
        try {
            channel.configureBlocking(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void watch(Runnable onReadable) {
        try {
            key = channel.register(selector, SelectionKey.OP_READ, onReadable);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void await(boolean writable) {
        Objects.requireNonNull(key).interestOps(writable ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    @Override
    public void unwatch() {
        Objects.requireNonNull(key).cancel();
    }

    /** With the next selection, a cancelled key leaves the selector, its channel can be registered again, and epoll hears of a new interest. */
    @Override
    public void settle() {
        try {
            selector.selectNow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
