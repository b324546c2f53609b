package dev.aiocontext.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Answers DNS queries on the loopback interface. Every name has the address 192.0.2.N, where N is the length of its first label, and no
 * IPv6 address. The exceptions: {@code missing...} has none at all, {@code silent...} gets no answer, and {@code late...} gets one to every
 * second query for the same thing.
 */
final class NameServer implements AutoCloseable {
    private static final int HEADER = 12;
    private static final short RESPONSE = (short) 0x8180;
    private static final short NO_SUCH_NAME = (short) 0x8183;
    private static final short TYPE_A = 1;

    private final DatagramSocket socket;
    private final Thread thread;
    private final List<String> ignored = new CopyOnWriteArrayList<>();

    NameServer() {
        try {
            socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = Thread.ofPlatform().daemon().name("name server").start(this::serve);
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /** The queries that got no answer. */
    List<String> ignored() {
        return ignored;
    }

    private void serve() {
        byte[] buffer = new byte[512];
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        try {
            while (true) {
                packet.setLength(buffer.length);
                socket.receive(packet);
                byte[] answer = answer(ByteBuffer.wrap(buffer, 0, packet.getLength()));
                if (answer.length > 0) {
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private byte[] answer(ByteBuffer query) {
        short id = query.getShort(0);
        query.position(HEADER);
        List<String> labels = new ArrayList<>();
        for (int length = query.get(); length != 0; length = query.get()) {
            byte[] label = new byte[length];
            query.get(label);
            labels.add(new String(label, StandardCharsets.US_ASCII));
        }
        short type = query.getShort();
        query.getShort();
        int end = query.position();
        String first = labels.getFirst();
        String asked = type + " " + String.join(".", labels);
        if (first.startsWith("silent") || (first.startsWith("late") && !ignored.contains(asked))) {
            ignored.add(asked);
            return new byte[0];
        }
        boolean found = type == TYPE_A && !first.startsWith("missing");
        ByteBuffer answer = ByteBuffer.allocate(end + 16);
        answer.putShort(id).putShort(first.startsWith("missing") ? NO_SUCH_NAME : RESPONSE);
        answer.putShort((short) 1).putShort((short) (found ? 1 : 0)).putInt(0);
        answer.put(query.slice(HEADER, end - HEADER));
        if (found) {
            answer.putShort((short) 0xc00c)
                    .putShort(TYPE_A)
                    .putShort((short) 1)
                    .putInt(60)
                    .putShort((short) 4);
            answer.put(new byte[] {(byte) 192, 0, 2, (byte) first.length()});
        }
        byte[] bytes = new byte[answer.position()];
        answer.flip().get(bytes);
        return bytes;
    }

    @Override
    public void close() {
        socket.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
