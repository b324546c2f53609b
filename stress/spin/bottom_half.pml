/*
 * One bottom half in the loop's queues: BottomHalfFlags.java, QueueMark.java, and of Slice.java the round that takes what is in
 * a queue. SCHEDULERS threads schedule it, the first of them ITEMS_OF_FIRST times. Its entries are all the same, so a queue is
 * a number here; workqueue.pml has the real queue, and wakeup.pml what a ring is. Names are those of the Java code.
 *
 *   STOPS                a scheduler may stop for ever between any two steps: an Error. Its call has not returned then
 *   IDLERS=n             (no bug) so many more threads schedule it as idle, and may cancel it before
 *   SUSPENDERS=n         (no bug) so many more threads may suspend it, and resume it in any case
 *   CLOSER               (no bug) the loop closes at some time: a push is refused, what was accepted is run
 *   SELF=n               (no bug) the callback schedules its own bottom half again, n times
 *   EACH_ENTRY           each entry of a round is taken, and counted, not only the first
 *   MARK_BEFORE_PUSH     the mark is set before the push; what PENDING was
 *   MARK_BEFORE_RING     the mark is set between the push and the ring
 *   MARK_BEFORE_RAISE    the mark is looked at before the bottom half is marked as scheduled
 *   PLAIN_MARK           the mark is a boolean, cleared when an entry is taken, and knows nothing of which
 *   TAKEN_AFTER_FLAGS    the entry is counted as taken after the flags were
 *   ONE_MARK             the idle queue shares the mark of the main one
 *   RESUME_NOT_PUSHED    resume clears the flag, and does not push
 *   PUSH_BEFORE_RESUME   resume pushes before it clears the flag
 *   MARK_BEFORE_RESUME   resume looks at the mark before it clears the flag
 *   SUSPENDED_CLEARED    an entry that finds it suspended takes the scheduling away
 *   SUSPENDED_TAKEN      an entry that finds it suspended has it called
 */
#ifndef SCHEDULERS
#define SCHEDULERS 2
#endif
#ifndef ITEMS_OF_FIRST
#define ITEMS_OF_FIRST 1
#endif

#ifndef IDLERS
#define IDLERS 0
#endif

#ifndef SUSPENDERS
#define SUSPENDERS 0
#endif

#define CPUS (SCHEDULERS + IDLERS + SUSPENDERS + 1)
#define LOOP 0

#define TAKEN       0       /* QueueMark.taken, pushedAt: of the main queue */
#define PUSHED_AT   1
#define IDLE_TAKEN  2       /* and of the idle one */
#define IDLE_PUSHED 3
#define VARS        4

#include "memory.pml"

#define NEVER 255           /* pushedAt, before the first push */

#define SCHEDULED 1
#define IDLE      2
#define SUSPENDED 4
byte flags;                 /* BottomHalfFlags.flags: changed by atomic read-modify-writes only */

byte queued;                /* its entries in the main queue */
byte idle_queued;           /* and in the idle one */
bool rung;                  /* the loop has been told to look */
byte refuses;               /* the queues that are closed */
#define MAIN_QUEUE 1
#define IDLE_QUEUE 2

/* What only the model knows. Each call of a scheduler is a bit. */
byte raised;                /* calls that are in the flags, and are to be served */
byte kept;                  /* calls that are in the flags, and that a suspension has put off: the next resume is to serve them */
byte served;                /* calls after which the callback has run, or a cancel or a suspension has come */
bool no_calls;                /* suspend has returned, and no resume has begun: as a single suspender knows it */
byte returned;              /* calls that returned normally */
bool closed;

#define FIRST(scheduler) (scheduler == 1 -> 1 : 1 << (ITEMS_OF_FIRST + scheduler - 2))
#define ITEMS(scheduler) (scheduler == 1 -> ITEMS_OF_FIRST : 1)

#ifdef STOPS
#define MAY_STOP if :: goto stopped :: skip fi
#else
#define MAY_STOP skip
#endif

/* What a mark says after the raise: true if an entry is in the queue that nobody has taken. */
inline look_at_mark(taken, pushed_at)
{
#ifdef PLAIN_MARK
    d_step { ticket = 1; marked = (memory[pushed_at] == 1) }
#else
    atomic { MAY_STOP; ticket = memory[taken] };
    atomic { MAY_STOP; marked = (memory[pushed_at] == ticket) }
#endif
}

inline count_raised()
{
    kept = (flags & SUSPENDED -> kept | call : kept);
    served = (flags & SUSPENDED -> served | call : served);
    raised = (flags & SUSPENDED -> raised : raised | call)
}

/* BottomHalfFlags.schedule() */
inline raise()
{
    d_step { DRAINED(me); flags = (flags | SCHEDULED) & ~IDLE; count_raised() }
}

/* BottomHalfFlags.scheduleIdle() */
inline raise_idle()
{
    d_step {
        DRAINED(me);
        flags = (flags & SCHEDULED -> flags : flags | SCHEDULED | IDLE);
        count_raised();
        idle = (flags & IDLE) != 0
    }
}

/* WorkQueue.push: one compare-and-set */
inline push(entries, closed_by)
{
    d_step { DRAINED(me); pushed = !(refuses & closed_by); entries = (pushed -> entries + 1 : entries) }
}

/* Inbox.push, and the mark. It throws if the context is closed. */
inline enqueue()
{
#ifdef MARK_BEFORE_PUSH
    atomic { MAY_STOP; store(me, PUSHED_AT, ticket) };
#endif
    atomic { MAY_STOP; push(queued, MAIN_QUEUE) };
    if
    :: !pushed -> goto stopped
    :: else
    fi;
#ifdef MARK_BEFORE_RING
    atomic { MAY_STOP; store(me, PUSHED_AT, ticket) };
#endif
    atomic { MAY_STOP; rung = true };
#if !defined(MARK_BEFORE_RING) && !defined(MARK_BEFORE_PUSH)
    atomic { MAY_STOP; store(me, PUSHED_AT, ticket) }
#endif
}

/* Inbox.pushIdle: the loop looks at the idle queue by itself. */
inline enqueue_idle()
{
    atomic { MAY_STOP; push(idle_queued, IDLE_QUEUE) };
    if
    :: !pushed -> goto stopped
    :: else
    fi;
    atomic { MAY_STOP; store(me, IDLE_PUSHED, ticket) }
}

#ifdef ONE_MARK
#define IDLE_MARK TAKEN, PUSHED_AT
#else
#define IDLE_MARK IDLE_TAKEN, IDLE_PUSHED
#endif

/* BottomHalfWork.schedule */
proctype scheduler(byte me)
{
    byte n, call, ticket;
    bool marked, pushed;
    for (n : 0 .. ITEMS(me) - 1) {
        call = FIRST(me) << n;
#ifdef MARK_BEFORE_RAISE
        look_at_mark(TAKEN, PUSHED_AT);
        raise();
#else
        raise();
        look_at_mark(TAKEN, PUSHED_AT);
#endif
        if
        :: marked
#ifdef REACH_MARKED
            -> assert(false)
#endif
        :: else -> enqueue()
        fi;
        atomic { MAY_STOP; returned = returned | call };
stopped: skip;
        d_step { ticket = 0; marked = false; pushed = false; call = 0 }
    }
}

#if IDLERS > 0
/* BottomHalfWork.cancel, scheduleIdle */
proctype idler(byte me)
{
    byte call, ticket;
    bool marked, pushed, idle;
    call = FIRST(me);
    if
    :: d_step { DRAINED(me); flags = flags & SUSPENDED; served = served | raised; raised = 0; kept = 0 }      /* what came before it is excused */
    :: true
    fi;
    raise_idle();
    if
    :: idle ->
        look_at_mark(IDLE_MARK);
        if
        :: marked
        :: else -> enqueue_idle()
        fi
    :: else ->
        look_at_mark(TAKEN, PUSHED_AT);
        if
        :: marked
        :: else -> enqueue()
        fi
    fi;
    atomic { MAY_STOP; returned = returned | call };
stopped: skip;
    d_step { ticket = 0; marked = false; pushed = false; idle = false; call = 0 }
}
#endif

#if SUSPENDERS > 0
/* BottomHalfFlags.suspend(): excuses what is scheduled, and has the next resume answer for it. */
inline suspend()
{
    d_step {
        DRAINED(me);
        flags = flags | SUSPENDED;
        kept = kept | raised;
        served = served | raised;
        raised = 0
    }
}

/* BottomHalfFlags.resume() */
inline resume()
{
    d_step {
        DRAINED(me);
        flags = flags & ~SUSPENDED;
        wanted = (flags & SCHEDULED) != 0;
        idle = (flags & IDLE) != 0;
        raised = (kept -> raised | call : raised);
        served = (kept -> served : served | call)
    }
}

/* BottomHalfWork.suspend, resume */
proctype suspender(byte me)
{
    byte call, ticket;
    bool marked, pushed, idle, wanted;
    call = FIRST(me);
    if
    :: suspend();
        atomic { MAY_STOP; no_calls = true }
    :: true
    fi;
    atomic { MAY_STOP; no_calls = false };
#ifdef MARK_BEFORE_RESUME
    look_at_mark(TAKEN, PUSHED_AT);
#endif
#ifdef PUSH_BEFORE_RESUME
    look_at_mark(TAKEN, PUSHED_AT);
    if
    :: marked
    :: else -> enqueue()
    fi;
#endif
    resume();
#if !defined(PUSH_BEFORE_RESUME) && !defined(RESUME_NOT_PUSHED)
    if
    :: wanted && !idle ->
#ifndef MARK_BEFORE_RESUME
        look_at_mark(TAKEN, PUSHED_AT);
#endif
        if
        :: marked
#ifdef REACH_RESUME_MARKED
            -> assert(false)
#endif
        :: else -> enqueue()
        fi
    :: wanted && idle ->
        look_at_mark(IDLE_MARK);
        if
        :: marked
        :: else -> enqueue_idle()
        fi
    :: else
    fi;
#endif
    atomic { MAY_STOP; returned = returned | call };
stopped: skip;
    d_step { ticket = 0; marked = false; pushed = false; idle = false; wanted = false; call = 0 }
}
#endif

inline count_taken(taken, pushed_at)
{
#ifdef PLAIN_MARK
    store(LOOP, pushed_at, 0)
#else
    store(LOOP, taken, memory[taken] + 1)
#endif
}

#if defined(SUSPENDED_TAKEN)
#define PUT_OFF false
#else
#define PUT_OFF (flags & SUSPENDED)
#endif
#ifdef SUSPENDED_CLEARED
#define LEFT_IN_FLAGS (PUT_OFF -> flags & SUSPENDED : flags)
#else
#define LEFT_IN_FLAGS flags
#endif

/* BottomHalfFlags.takeDue(), takeAny() */
inline take_flags(leave_idle)
{
    d_step {
        DRAINED(LOOP);
        got = ((leave_idle && (flags & IDLE)) || PUT_OFF -> 0 : flags & ~SUSPENDED);
        flags = (got == 0 -> LEFT_IN_FLAGS : flags & SUSPENDED);
        kept = (got & SCHEDULED -> 0 : kept);
        served = (got & SCHEDULED -> served | raised : served);
        raised = (got & SCHEDULED -> 0 : raised);
#ifdef SAFE
        assert(!(no_calls && got & SCHEDULED))
#endif
    }
}

#ifdef SELF
/* The callback: as scheduler, in the home thread. */
inline schedule_again()
{
    if
    :: again > 0 ->
        again--;
        raise();
        d_step { ticket = memory[TAKEN]; marked = (memory[PUSHED_AT] == ticket) };
        if
        :: marked
        :: else -> push(queued, MAIN_QUEUE); store(me, PUSHED_AT, ticket); rung = true
        fi;
        d_step { marked = false; ticket = 0; pushed = false }
    :: else
    fi
}
#endif

/* Takes the entries that were there when the round began. */
inline take_all(entries, taken, pushed_at, leave_idle)
{
    end = entries;
    do
    :: end > 0 ->
        d_step { end--; entries-- };
        if
#ifndef EACH_ENTRY
        :: seen                                 /* an entry too many: QueueMark.taken says so */
#ifdef REACH_DUPLICATE
            -> assert(false)
#endif
#endif
        :: else ->
            seen = true;
#ifdef TAKEN_AFTER_FLAGS
            take_flags(leave_idle);
            count_taken(taken, pushed_at);
#else
            count_taken(taken, pushed_at);
            take_flags(leave_idle);
#endif
            if
            :: got & SCHEDULED ->
#ifdef SAFE
                assert(!called);
                called = true;
#endif
#ifdef SELF
                schedule_again();
#endif
                got = 0
            :: else
            fi
        fi
    :: else -> d_step { seen = false; called = false }; break
    od
}

proctype loop()
{
    byte end, got;
    bool seen, called;
#ifdef SELF
    byte me, call, ticket, again = SELF;
    bool marked, pushed;
#endif
    do
    :: rung -> rung = false; take_all(queued, TAKEN, PUSHED_AT, true)
#if IDLERS > 0
    :: idle_queued > 0 -> take_all(idle_queued, IDLE_MARK, false)     /* it wakes by itself */
#endif
#ifdef CLOSER
    :: true ->
        refuses = MAIN_QUEUE;                   /* Inbox.refuse, LastCalls.runAcceptedWork */
        refuses = MAIN_QUEUE | IDLE_QUEUE;
        take_all(queued, TAKEN, PUSHED_AT, true);
#if IDLERS > 0
        take_all(idle_queued, IDLE_MARK, false);
#endif
        closed = true;
        break
#endif
    od
}

#define DONE ((returned & ~served) == 0)

#ifdef NO_HANG
/* Nobody can move: then the callback has run for every call that returned. */
active proctype hang()
{
    timeout -> assert(DONE)
}
#endif

init
{
    atomic {
        byte i;
        memory[PUSHED_AT] = NEVER;
        memory[IDLE_PUSHED] = NEVER;
        start_buffers();
        run loop();
        for (i : 1 .. SCHEDULERS) { run scheduler(i) }
#if IDLERS > 0
        for (i : SCHEDULERS + 1 .. SCHEDULERS + IDLERS) { run idler(i) }
#endif
#if SUSPENDERS > 0
        for (i : SCHEDULERS + IDLERS + 1 .. SCHEDULERS + IDLERS + SUSPENDERS) { run suspender(i) }
#endif
        i = 0
    }
}

/* The callback runs after every call that returned, unless a cancel or a suspension came in between; a resume that ended one counts. */
ltl served_all { <> [] DONE }
