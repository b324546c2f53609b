package dev.aiocontext.internal.doctor;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * One line on a terminal that says what the doctor is at, and how long that will still take. It is drawn by a thread of its
 * own, seldom, so that measuring has the processors.
 *
 * <p><b>Threads.</b> Any thread may call anything; the monitor guards all.
 */
final class TerminalProgress implements Progress {
    private static final String ERASE_LINE = "\r\033[K";
    private static final long REDRAW_MILLIS = 500;

    /** A terminal puts "^C" behind the line, which must not reach the last column with that. */
    private static final int MARGIN = 3;

    private final PrintStream terminal;
    private final int room;
    private final long end;
    private String what = "";
    private boolean closed;

    /**
     * Makes the line.
     *
     * @param terminal what to draw on
     * @param columns how wide that is
     * @param seconds how long measuring takes, in all
     */
    TerminalProgress(PrintStream terminal, int columns, int seconds) {
        this.terminal = terminal;
        room = Math.max(0, columns - MARGIN);
        end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    }

    @Override
    public synchronized void step(String next) {
        if (closed) {
            return;
        }
        if (what.isEmpty()) { // not before: the machine's threads are looked at first
            Thread.ofPlatform().name("doctor-progress").daemon().start(this::paint);
        }
        what = next;
        draw();
    }

    private synchronized void paint() {
        try {
            while (!closed) {
                draw();
                wait(REDRAW_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does; the line just stays as it is
        }
    }

    private synchronized void draw() {
        if (!closed) {
            long left = Math.max(0, TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime()));
            String line = what + ": about " + left + " s left";
            // A line that is wider than the terminal goes on in the next one, which nothing erases.
            terminal.print(ERASE_LINE + line.substring(0, Math.min(line.length(), room)));
            terminal.flush();
        }
    }

    /** Erases the line for good. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            notifyAll();
            terminal.print(ERASE_LINE);
            terminal.flush();
        }
    }
}
