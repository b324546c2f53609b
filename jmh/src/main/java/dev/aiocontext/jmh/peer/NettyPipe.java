package dev.aiocontext.jmh.peer;

import dev.aiocontext.jmh.machine.OnePipe;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A pipe that Netty watches by an {@code EpollIoHandle}, read and written by its JNI. */
final class NettyPipe implements WatchedPipe, EpollIoHandle {
    private static final ByteBuffer BYTE = ByteBuffer.allocateDirect(1);

    private final IoEventLoop loop;
    private final FileDescriptor pipe = new FileDescriptor(OnePipe.open());
    private @Nullable Runnable onReadable;
    private @Nullable IoRegistration registration;

    NettyPipe(IoEventLoop loop) {
        this.loop = loop;
    }

    @Override
    public FileDescriptor fd() {
        return pipe;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        if (onReadable != null) {
            onReadable.run();
        }
    }

    @Override
    public void put() {
        try {
            pipe.write(BYTE, 0, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void take() {
        try {
            pipe.read(BYTE, 0, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On the loop's thread the registration is there at once. */
    @Override
    public void watch(Runnable callback) {
        onReadable = callback;
        registration = loop.register(this).getNow();
        Objects.requireNonNull(registration).submit(EpollIoOps.EPOLLIN);
    }

    @Override
    public void await(boolean writable) {
        Objects.requireNonNull(registration).submit(writable ? EpollIoOps.EPOLLOUT : EpollIoOps.EPOLLIN);
    }

    @Override
    public void unwatch() {
        Objects.requireNonNull(registration).cancel();
    }

    @Override
    public void close() {
        try {
            pipe.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
