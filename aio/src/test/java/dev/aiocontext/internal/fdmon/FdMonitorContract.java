package dev.aiocontext.internal.fdmon;

import static dev.aiocontext.internal.fdmon.FdEntry.ERR;
import static dev.aiocontext.internal.fdmon.FdEntry.HUP;
import static dev.aiocontext.internal.fdmon.FdEntry.IN;
import static dev.aiocontext.internal.fdmon.FdEntry.NVAL;
import static dev.aiocontext.internal.fdmon.FdEntry.OUT;
import static dev.aiocontext.internal.fdmon.FdEntry.PRI;
import static dev.aiocontext.internal.fdmon.FdEntry.RDHUP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.RealDescriptors;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every monitor does with real descriptors. */
abstract class FdMonitorContract {
    private static final long LONG = TimeUnit.MINUTES.toNanos(2);

    final FdTable table = new FdTable();
    final RealDescriptors files = new RealDescriptors();
    private final ReadyList ready = new ReadyList();
    private FdMonitor monitor;

    /** Opens a monitor of a table, whose lock is held. */
    abstract FdMonitor open(FdTable table);

    @BeforeEach
    void open() {
        synchronized (table.lock) {
            monitor = open(table);
        }
    }

    @AfterEach
    void close() throws IOException {
        monitor.close();
        monitor.close();
        files.close();
    }

    FdMonitor monitor() {
        return monitor;
    }

    FdEntry add(int fd, int interest) {
        FdEntry entry = inTable(fd, interest);
        synchronized (table.lock) {
            monitor.add(entry);
        }
        return entry;
    }

    FdEntry inTable(int fd, int interest) {
        FdEntry entry = new FdEntry(fd);
        entry.interest = interest;
        synchronized (table.lock) {
            table.put(entry);
        }
        return entry;
    }

    void modify(FdEntry entry, int interest) {
        synchronized (table.lock) {
            entry.interest = interest;
            monitor.modify(entry);
        }
    }

    /** What is ready at the moment: events by descriptor. */
    Map<Integer, Integer> now() {
        return await(0);
    }

    Map<Integer, Integer> await(long nanos) {
        ready.clear();
        monitor.await(nanos, ready);
        Map<Integer, Integer> events = new TreeMap<>();
        for (int i = 0; i < ready.size(); i++) {
            FdEntry entry = ready.get(i);
            int taken = entry.takeEvents();
            if (taken != 0) {
                events.put(entry.fd(), taken);
            }
        }
        return events;
    }

    @Test
    void aPipeIsReadableOnceItIsWrittenAndUntilItIsRead() {
        int[] pipe = files.pipe();
        add(pipe[0], IN);
        assertThat(now()).isEmpty();
        files.write(pipe[1]);
        assertThat(now()).containsExactly(Map.entry(pipe[0], IN));
        assertThat(now()).containsExactly(Map.entry(pipe[0], IN));
        files.read(pipe[0]);
        assertThat(now()).isEmpty();
    }

    @Test
    void aPipeWhoseReaderHasGoneIsInErrorWhateverTheInterestIs() {
        int[] pipe = files.pipe();
        FdEntry entry = add(pipe[1], OUT);
        assertThat(now()).containsExactly(Map.entry(pipe[1], OUT));
        files.close(pipe[0]);
        assertThat(now()).containsExactly(Map.entry(pipe[1], OUT | ERR));
        modify(entry, 0);
        assertThat(now()).containsExactly(Map.entry(pipe[1], ERR));
    }

    @Test
    void aPeerThatWritesNoMoreIsToldThoughReadingIsOff() {
        int[] pair = files.socketPair();
        add(pair[0], RDHUP);
        files.write(pair[1]);
        assertThat(now()).isEmpty();
        files.shutDownWriting(pair[1]);
        assertThat(now()).containsExactly(Map.entry(pair[0], RDHUP));
        files.close(pair[1]);
        assertThat(now()).containsExactly(Map.entry(pair[0], RDHUP | HUP));
    }

    @Test
    void noInterestAtAllStillHearsAHangUp() {
        int[] pair = files.socketPair();
        add(pair[0], 0);
        files.write(pair[1]);
        files.shutDownWriting(pair[1]);
        assertThat(now()).isEmpty();
        files.close(pair[1]);
        assertThat(now()).containsExactly(Map.entry(pair[0], HUP));
    }

    @Test
    void urgentDataOfTcpIsPriority() throws IOException {
        List<Socket> peer = new ArrayList<>();
        int fd = files.tcp(peer);
        FdEntry entry = add(fd, PRI);
        assertThat(now()).isEmpty();
        peer.getFirst().sendUrgentData('!');
        assertThat(await(LONG)).containsExactly(Map.entry(fd, PRI));
        modify(entry, IN | OUT);
        assertThat(now()).containsExactly(Map.entry(fd, OUT));
    }

    @Test
    void aTerminalWhoseSlaveIsGoneHasHungUp() {
        int master = files.terminalWithoutSlave();
        add(master, IN);
        assertThat(now()).containsExactly(Map.entry(master, HUP));
    }

    @Test
    void aListOfMountsIsAlwaysReadableAndPriorityOnlyWhenItChanges() {
        int mounts = files.file(Path.of("/proc/self/mountinfo"), 0);
        FdEntry entry = add(mounts, IN);
        assertThat(now()).containsExactly(Map.entry(mounts, IN));
        modify(entry, PRI);
        assertThat(now()).isEmpty();
    }

    @Test
    void aChangeOfInterestIsInForceFromTheNextWaitOn() {
        int[] pair = files.socketPair();
        files.write(pair[1]);
        FdEntry entry = add(pair[0], IN);
        modify(entry, OUT);
        assertThat(now()).containsExactly(Map.entry(pair[0], OUT));
        modify(entry, IN | OUT);
        assertThat(now()).containsExactly(Map.entry(pair[0], IN | OUT));
        modify(entry, 0);
        assertThat(now()).isEmpty();
        modify(entry, IN);
        assertThat(now()).containsExactly(Map.entry(pair[0], IN));
    }

    @Test
    void anEntryThatIsRemovedIsNotReported() {
        int fd = files.readable();
        FdEntry entry = add(fd, IN);
        assertThat(now()).containsOnlyKeys(fd);
        synchronized (table.lock) {
            monitor.remove(entry);
            table.remove(entry);
            monitor.remove(entry); // unknown by now
        }
        assertThat(now()).isEmpty();
    }

    @Test
    void anEntryWhoseNumberIsClosedMayBeRemoved() {
        int fd = files.readable();
        FdEntry entry = add(fd, IN);
        files.close(fd);
        synchronized (table.lock) {
            monitor.remove(entry);
            table.remove(entry);
        }
        assertThat(now()).isEmpty();
    }

    @Test
    void aNumberThatStandsForAnotherFileIsWaitedForAnew() {
        int[] pipe = files.pipe();
        FdEntry entry = add(pipe[0], IN);
        int[] other = files.pipe();
        files.close(pipe[0]);
        files.replace(pipe[0], other[0]);
        modify(entry, IN);
        assertThat(now()).isEmpty();
        files.write(other[1]);
        assertThat(now()).containsExactly(Map.entry(pipe[0], IN));
    }

    @Test
    void aNumberThatIsFoundClosedIsReportedAsSuch() {
        int fd = files.readable();
        FdEntry entry = add(fd, IN);
        files.close(fd);
        modify(entry, 0);
        assertThat(now()).containsExactly(Map.entry(fd, NVAL));
    }

    @Test
    void aRegularFileIsReadyAtOnceForWhatItIsAskedAndForNothingElse(@TempDir Path directory) throws IOException {
        int fd = files.file(Files.createFile(directory.resolve("file")), 2);
        FdEntry entry = add(fd, IN);
        assertThat(await(LONG)).containsExactly(Map.entry(fd, IN));
        modify(entry, IN | OUT);
        assertThat(await(LONG)).containsExactly(Map.entry(fd, IN | OUT));
        modify(entry, PRI | RDHUP);
        assertThat(now()).isEmpty();
        modify(entry, 0);
        int[] pipe = files.pipe();
        add(pipe[0], IN);
        files.write(pipe[1]);
        assertThat(await(LONG)).containsExactly(Map.entry(pipe[0], IN));
    }

    @Test
    void whatAMonitorHasNoRoomForComesFirstInTheNextWait() {
        int fd = files.readable();
        Set<Integer> all = new HashSet<>();
        for (int i = 0; i < ReadyList.MOST + 100; i++) {
            int duplicate = files.duplicate(fd);
            all.add(duplicate);
            add(duplicate, IN);
        }
        for (int i = 0; i < 6; i++) {
            assertThat(now()).hasSizeLessThanOrEqualTo(ReadyList.MOST); // until the monitor has as much room
        }
        Set<Integer> two = new HashSet<>(now().keySet());
        two.addAll(now().keySet());
        assertThat(two).isEqualTo(all);
    }

    @Test
    void suspendedEntriesInTheTableAreNotAskedAbout() {
        int fd = files.readable();
        int awake = files.readable();
        inTable(fd, FdEntry.SUSPENDED);
        inTable(awake, IN);
        synchronized (table.lock) {
            monitor.close();
            monitor = open(table);
        }
        assertThat(now()).containsExactly(Map.entry(awake, IN));
    }

    @Test
    void aWaitForEverEndsWithTheFirstEvent() throws InterruptedException {
        int[] pipe = files.pipe();
        add(pipe[0], IN);
        Thread writer = new Thread(() -> files.write(pipe[1]));
        writer.start();
        assertThat(await(-1)).containsExactly(Map.entry(pipe[0], IN));
        writer.join();
    }

    @Test
    void aWaitWithNothingReadyEndsWithItsTime() {
        add(files.pipe()[0], IN);
        assertThat(await(1)).isEmpty();
        assertThat(await(TimeUnit.MILLISECONDS.toNanos(2))).isEmpty();
    }

    @Test
    void theDescriptorOfAMonitorIsItsOwn() {
        int fd = monitor.fd();
        monitor.close();
        assertThat(fd).isGreaterThanOrEqualTo(-1);
        assertThat(monitor.fd()).isEqualTo(-1);
    }
}
