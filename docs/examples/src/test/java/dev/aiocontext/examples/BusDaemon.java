package dev.aiocontext.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A message bus of our own: a dbus-daemon on a socket in a directory. */
final class BusDaemon implements AutoCloseable {
    private final String address;
    private final Server server;

    BusDaemon(Path directory) {
        address = "unix:path=" + directory.resolve("bus");
        Path settings = directory.resolve("bus.conf");
        try {
            Files.writeString(settings, """
                <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
                  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
                <busconfig>
                  <type>session</type>
                  <listen>%s</listen>
                  <policy context="default">
                    <allow send_destination="*" eavesdrop="true"/>
                    <allow eavesdrop="true"/>
                    <allow own="*"/>
                  </policy>
                </busconfig>
                """.formatted(address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = List.of("dbus-daemon", "--config-file=" + settings, "--nofork", "--print-address=1");
        server = Server.start("", directory, address, command);
    }

    static void require() {
        Libraries.require("libsystemd.so.0", "libsystemd0");
        Libraries.require(Files.isExecutable(Path.of("/usr/bin/dbus-daemon")), "dbus-daemon", "dbus-daemon");
    }

    String address() {
        return address;
    }

    @Override
    public void close() {
        server.close();
    }
}
