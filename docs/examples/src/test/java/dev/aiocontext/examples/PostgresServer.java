package dev.aiocontext.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A PostgreSQL of our own, with its data and its socket in a directory, and no port. */
final class PostgresServer implements AutoCloseable {
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final String USER = "postgres";

    private final Path directory;
    private final Server server;

    /** PostgreSQL does not run as root: then it gets the directory, and a user of its own. */
    PostgresServer(Path directory) {
        this.directory = directory;
        Path programs = programs().orElseThrow();
        String user = isRoot() ? USER : "";
        try {
            if (isRoot()) {
                Files.setOwner(
                        directory,
                        directory
                                .getFileSystem()
                                .getUserPrincipalLookupService()
                                .lookupPrincipalByName(USER));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String data = directory.resolve("data").toString();
        String initdb = programs.resolve("initdb").toString();
        Server.run(
                user,
                directory,
                List.of(initdb, "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"));
        server = Server.start(
                user,
                directory,
                "ready to accept connections",
                List.of(
                        programs.resolve("postgres").toString(),
                        "-D",
                        data,
                        "-k",
                        directory.toString(),
                        "-c",
                        "listen_addresses=",
                        "-c",
                        "fsync=off"));
    }

    static void require() {
        Libraries.require("libpq.so.5", "libpq5");
        Libraries.require(programs().isPresent(), "the server of PostgreSQL", "postgresql");
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static Optional<Path> programs() {
        if (!Files.isDirectory(VERSIONS)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(programs -> Files.isExecutable(programs.resolve("postgres"))
                            && Files.isExecutable(programs.resolve("initdb")))
                    .max(Comparator.naturalOrder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String settings() {
        return "host=" + directory + " user=" + USER + " dbname=" + USER;
    }

    @Override
    public void close() {
        server.close();
    }
}
