package dev.aiocontext.jmh.report;

import dev.aiocontext.jmh.AwakeLoopBenchmark;
import dev.aiocontext.jmh.DescriptorBenchmark;
import dev.aiocontext.jmh.InsuranceBenchmark;
import dev.aiocontext.jmh.InterestBenchmark;
import dev.aiocontext.jmh.MemoryBenchmark;
import dev.aiocontext.jmh.RelayBenchmark;
import dev.aiocontext.jmh.RoundTripBenchmark;
import dev.aiocontext.jmh.SteadyStateBenchmark;
import dev.aiocontext.jmh.SystemCallBenchmark;
import dev.aiocontext.jmh.TasksBenchmark;
import dev.aiocontext.jmh.ThreadPoolBenchmark;
import dev.aiocontext.jmh.TimerBenchmark;
import dev.aiocontext.jmh.TimerLateness;
import dev.aiocontext.jmh.TwoLoopsBenchmark;
import dev.aiocontext.jmh.VirtualThreadBenchmark;
import dev.aiocontext.jmh.peer.TimerSet;
import dev.aiocontext.jmh.startup.FirstOpen;
import dev.aiocontext.jmh.startup.Program;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All questions, in the report's order. */
final class Questions {
    private Questions() {}

    static List<Question> all() {
        return List.of(
                relay(),
                twoLoops(),
                insurance(),
                awake(),
                steadyState(),
                roundTrip(),
                tasks(),
                descriptors(),
                interest(),
                timers(),
                lateTimers(),
                threadPool(),
                virtualThreads(),
                systemCalls(),
                memory(),
                firstOpen());
    }

    private static boolean every(Case any) {
        return true;
    }

    private static Question relay() {
        return new Question(
                "relay",
                "What does the relay cost?",
                "Each wake-up starts when the loop sleeps in the kernel, its processor has halted, and the echo of the last"
                        + " one is over. The notifier has one core, the loop and the relay's thread another. The loops do not"
                        + " poll. The C chain is the workaround of 2015 with nothing around it. What the relay costs on a loop"
                        + " that is awake is told below.",
                RelayBenchmark.class,
                List.of(
                        View.median("The call that wakes a blocked loop: what the notifier pays", "notifier"),
                        View.median("From that call until the loop has run: median", "wakeup"),
                        View.percentile("The same: p99", "wakeup", "p99"),
                        View.percentile("The same: p99.9", "wakeup", "p99.9"),
                        View.ratio(
                                "Processor time of the loop's thread for each wake-up; with the relay, the echo is in it",
                                "processorTime",
                                "loopNanos",
                                "wakeups",
                                Result.TIME),
                        View.ratio(
                                "Processor time of the relay's thread for each wake-up",
                                "processorTime",
                                "relayNanos",
                                "wakeups",
                                Result.TIME)),
                // The processor time of threads that are not of Java is not looked up.
                next -> !(next.method().equals("processorTime")
                        && next.param("peer").startsWith("C_")),
                Questions::every);
    }

    private static Question twoLoops() {
        return new Question(
                "two-loops",
                "How much slower does the relay make two loops that talk?",
                "Two loops send each other a bottom half, and each waits for the other's; as fast as they can.",
                TwoLoopsBenchmark.class,
                List.of(View.median("There and back", "thereAndBack").by("relay")),
                Questions::every,
                Questions::every);
    }

    private static Question insurance() {
        return new Question(
                "insurance",
                "Which insurance against a lost wake-up is the cheapest?",
                "Its price with a doorbell that rings, and its worth with one that is lost each time. Without an insurance such"
                        + " a wake-up comes with the next one, if ever.",
                InsuranceBenchmark.class,
                List.of(
                        View.median("Price: the call that wakes a blocked loop", "notifier"),
                        View.median("Price: from that call until the loop has run", "wakeup"),
                        View.ratio(
                                "Price: processor time while nothing happens", "idle", "usedNanos", "idleNanos", "%"),
                        View.median("Worth: how late a lost wake-up is, median", "rescue"),
                        View.percentile("Worth: the latest of those measured", "rescue", "p100")),
                next -> !(next.method().equals("rescue") && next.param("peer").equals("NONE")),
                Questions::every);
    }

    private static Question awake() {
        return new Question(
                "awake",
                "What does it cost to notify a loop that is awake?",
                "The loop is held in a task that spins, while another thread notifies it a thousand times. With the relay on"
                        + " it must cost the same.",
                AwakeLoopBenchmark.class,
                List.of(View.median("One notification", "notifyAwake")),
                next -> next.param("relay").equals("OFF") || next.param("peer").startsWith("AIO"),
                Questions::every);
    }

    private static Question steadyState() {
        Map<String, String> methods = new LinkedHashMap<>();
        methods.put("scheduleAndPoll", "AIO: schedule a bottom half and poll(false)");
        methods.put("executeAndPoll", "AIO: execute a task and poll(false)");
        methods.put("executeManyAndPoll", "AIO: execute a task and run it, a thousand in one poll(false)");
        methods.put("wakeupAwake", "AIO: wakeup() by the home thread");
        return new Question(
                "steady-state",
                "What does a piece of work cost a loop that does not block?",
                "The home thread is its own notifier: no kernel and no other core is in the figure.",
                SteadyStateBenchmark.class,
                List.of(View.methods("One piece of work", methods)),
                Questions::every,
                Questions::every);
    }

    private static Question roundTrip() {
        return new Question(
                "round-trip",
                "How long does it take to wake a blocked loop and to hear of it?",
                "A thread hands the loop a task and waits until it ran, parked or spinning. Each trip starts when the kernel"
                        + " says that the loop's thread sleeps, and its processor has halted; that wait is not timed. Loops"
                        + " that spin or poll are asked at once: not to sleep is what they are for. Pinned, both threads share one processor or have one each of two"
                        + " cores; on one core the asker cannot spin without keeping the loop from running.",
                RoundTripBenchmark.class,
                List.of(
                        View.median("Round trip: median", "roundTrip"),
                        View.percentile("The same: p99", "roundTrip", "p99")),
                Questions::isSensibleTrip,
                Questions::every);
    }

    /** On one processor, who always spins keeps the other from running; and adaptive polling is the library's alone. */
    private static boolean isSensibleTrip(Case trip) {
        boolean spins = trip.param("reply").equals("SPIN") || trip.param("peer").endsWith("SPIN");
        boolean polls =
                trip.param("polling").equals("OFF") || trip.param("peer").startsWith("AIO");
        return polls && !(trip.param("pin").equals("ONE") && spins);
    }

    private static Question tasks() {
        return new Question(
                "tasks",
                "How many tasks per second?",
                "One, two or four threads hand over batches, as fast as they can, and wait for the last task of each: 100,000"
                        + " tasks that count, the last one unparks the thread; or 10,000 empty ones, then a CountDownLatch."
                        + " Nothing is pinned; all is as it is by default. JCTools' queue by hand is a limit, not a peer: it"
                        + " runs tasks and does nothing else.",
                TasksBenchmark.class,
                List.of(
                        View.median("From one thread", "producers1"),
                        View.median("From two", "producers2"),
                        View.median("From four", "producers4"),
                        View.median("Latch, from one thread", "latch1"),
                        View.median("Latch, from two", "latch2"),
                        View.median("Latch, from four", "latch4")),
                Questions::every,
                next -> next.method().startsWith("producers") || isOfTheGoal(next));
    }

    /** Both shapes of batch and the peers that the goal for throughput names. A loop of ours polls by poll(2) by default. */
    static boolean isOfTheGoal(Case next) {
        return Set.of("AIO_POLL", "NETTY_NIO", "NETTY_EPOLL", "FFM_QUEUE").contains(next.param("peer"));
    }

    private static Question descriptors() {
        return new Question(
                "descriptors",
                "What does an event cost a loop that watches many descriptors?",
                "Pipes all; each event is a write of one byte, a wait that finds it, and a read, by the loop's thread. A"
                        + " selector's idle descriptors are sockets where its own pipes, which take two each, would be too many;"
                        + " with bare descriptors it has the others' pipes, by reflection and --add-opens.",
                DescriptorBenchmark.class,
                List.of(
                        View.median("One of so many is active: an event", "oneActive"),
                        View.median("All of them are: an event", "allActive"),
                        View.median("One more is added and removed", "register")),
                Questions::isSensibleSet,
                next -> next.method().equals("oneActive")
                        || Set.of("10", "1000").contains(next.param("descriptors")));
    }

    /** poll(2) of a thousand and more is slow: fewer events are enough. In C it has nothing to register with. */
    private static boolean isSensibleSet(Case set) {
        boolean slow = set.method().equals("oneActive")
                && set.param("peer").endsWith("_POLL")
                && Integer.parseInt(set.param("descriptors")) >= 1000;
        boolean registers =
                !(set.method().equals("register") && set.param("peer").equals("C_POLL"));
        return registers && set.param("times").equals(slow ? "100" : "10000");
    }

    private static Question interest() {
        return new Question(
                "interest",
                "What does a change of interest cost?",
                "The loop's thread has one pipe among eleven waited for to write in place of to read, and back. In C that is"
                        + " one epoll_ctl(2). A selector tells epoll with its next selection, which is in its figure.",
                InterestBenchmark.class,
                List.of(View.median("A change", "change")),
                Questions::every,
                Questions::every);
    }

    private static Question timers() {
        return new Question(
                "timers",
                "What does a timer cost?",
                "The processor time of the thread that has the timers, for one of them, while so many are pending. Their"
                        + " deadlines are 1 ms to 10 min away, at random, and they are visited in an order that the memory"
                        + " does not have: at a million each is a cache miss. A request re-arms its timeout to later, disarms"
                        + " it and arms it; one in a hundred fires. Nobody fires HashedWheelTimer's and ForkJoinPool's but"
                        + " their own threads.",
                TimerBenchmark.class,
                List.of(
                        timer("Cancel", "cancel"),
                        timer("Arm for later than before", "rearmLater"),
                        timer("Arm", "arm"),
                        timer("Fire, all at once", "fire"),
                        timer("A request: re-arm, cancel, arm, and one in a hundred fires", "request"),
                        timer("Arm, cancel, and find the next deadline", "nextDeadline"),
                        timer("An iteration in which nothing is due", "idle"),
                        timer("Arm from another thread, a thousand timers, the loop awake", "armElsewhere")),
                Questions::isSensibleTimer,
                next -> Drawings.TIMERS.containsKey(next.method())
                        && Drawings.TIMER_PEERS.contains(next.param("peer")));
    }

    private static View timer(String caption, String method) {
        return View.ratio(caption, method, "processorNanos", "count", Result.TIME);
    }

    /** All are fired at once; and who has a thread of its own does not tell the next deadline. */
    private static boolean isSensibleTimer(Case timers) {
        return switch (timers.method()) {
            case "fire" -> timers.param("times").equals(timers.param("pending"));
            case "nextDeadline", "idle" ->
                TimerSet.Peer.valueOf(timers.param("peer")).isFiredByCaller();
            default -> true;
        };
    }

    private static Question lateTimers() {
        return new Question(
                "late-timers",
                "How late is a timer?",
                "A loop that has one timer and nothing else to do: armed again each time it has fired. Delays are 200 us to"
                        + " 2 ms, so that the loop sleeps, or 5 to 30 us, so that one of the library's polls. The library's"
                        + " timers are exact ones. All threads of a process have one core.",
                TimerLateness.class,
                List.of(
                        View.median("Late by: median", "late"),
                        View.percentile("The same: p99", "late", "p99"),
                        View.percentile("The same: p99.9", "late", "p99.9")),
                Questions::every,
                Questions::every);
    }

    private static Question threadPool() {
        return new Question(
                "thread-pool",
                "How long does it take to have work done by another thread?",
                "One piece at a time, of no work at all. With the library, the completion arrives on the loop that handed the"
                        + " work over; with the others, a thread waits for the result.",
                ThreadPoolBenchmark.class,
                List.of(
                        View.median("There and back: median", "workAndBack"),
                        View.percentile("The same: p99", "workAndBack", "p99")),
                Questions::every,
                Questions::every);
    }

    private static Question virtualThreads() {
        return new Question(
                "virtual-threads",
                "How long does a virtual thread take to ask a platform thread and to go on with the answer?",
                "One virtual thread asks, is parked, and asks again, a thousand times. There is one carrier. The least that it"
                        + " can take is a park and an unpark each way. With descriptors, a byte goes each way through a pipe:"
                        + " one platform thread answers, and with the library a second one is the loop that waits.",
                VirtualThreadBenchmark.class,
                List.of(View.median("There and back", "thereAndBack")),
                Questions::every,
                Questions::every);
    }

    private static Question systemCalls() {
        return new Question(
                "system-calls",
                "What does a system call cost in each of the ways of Java?",
                "Those that the loop and the relay make. JNA is mapped directly, as its documentation advises for speed;"
                        + " jnr-posix has read, write, close and kill, the rest is jnr-ffi, which it is made of.",
                SystemCallBenchmark.class,
                List.of(View.median("A call", "call")),
                Questions::every,
                next -> Set.of("GETTID", "WRITE_READ", "PPOLL", "EPOLL_WAIT", "TGKILL_SIGWAIT")
                        .contains(next.param("call")));
    }

    private static Question memory() {
        return new Question(
                "memory",
                "How much memory do an idle loop and a registration keep?",
                "Of 100 loops, each with its thread, and of 5,000 watched pipes (with a selector, sockets), the share of one."
                        + " What an operation allocates is in the column B/op of all figures.",
                MemoryBenchmark.class,
                List.of(
                        View.ratio("An idle loop: heap", "idleLoop", "heapBytes", "count", "B"),
                        View.ratio(
                                "An idle loop: the process, with the thread's stack",
                                "idleLoop",
                                "residentBytes",
                                "count",
                                "B"),
                        View.ratio("An idle loop: descriptors", "idleLoop", "openFiles", "count", ""),
                        View.ratio("A watched descriptor: heap", "registration", "heapBytes", "count", "B")),
                Questions::every,
                Questions::every);
    }

    private static Question firstOpen() {
        return new Question(
                "first-open",
                "How long does the first open take?",
                "Whole processes, from their start to their end: each opens a first loop, runs it and closes it. The programs"
                        + " take turns. The library's relay is OFF; there are no flags but the one that allows native"
                        + " access. From JDK 25 on also with an AOT cache of each program's own, which a first run made.",
                FirstOpen.class,
                List.of(
                        View.median("Whole process", "wholeProcess"),
                        View.beyond("Beyond a JVM that does nothing", "wholeProcess", Program.NOTHING.name())),
                Questions::every,
                Questions::every);
    }
}
