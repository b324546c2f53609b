package dev.aiocontext.examples;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves files on the loopback interface: {@code /N} has N bytes, each the low byte of its offset. Each file takes a connection of its own. */
final class WebServer implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private final HttpServer server;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(2, Thread.ofPlatform().daemon().factory());

    WebServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            byte[] file =
                    file(Integer.parseInt(exchange.getRequestURI().getPath().substring(1)));
            exchange.getResponseHeaders().set("Connection", "close");
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file);
            exchange.close();
        });
        server.start();
    }

    static byte[] file(int size) {
        byte[] file = new byte[size];
        for (int i = 0; i < size; i++) {
            file[i] = (byte) i;
        }
        return file;
    }

    String url(int size) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + size;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
