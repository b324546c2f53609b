/*
 * Closing a context: AioContext.close, WorkQueue.close, Uses.java, EventFd.java. Two notifiers push a task each and may
 * find the loop armed, so that they write the doorbell; the home thread polls, then refuses work, runs what was accepted and
 * closes the doorbell; a third thread closes the doorbell too. The kernel gives the number of a closed descriptor to
 * somebody else at once: a write after that ends in a stranger's file. There is one slot at first. Names are those of the
 * Java code.
 *
 *   CLOSED_BEFORE_SLOT   enter() looks whether the object is closed, then takes its slot; or the look is done early
 *   SLOTS_BEFORE_CLOSED  close() waits for the slots, then says that the object is closed
 *   NO_CLOSE_FENCE       close() has no fence between its store and its look at the slots
 *   NO_WAIT              close() does not wait
 *   LEAVE_FAILS          a user may stop for ever, by an Error, before it has given its slot back
 *   TAKE_THEN_CLOSE      the last work is taken before the queue refuses more
 *   PUSH_UNCHECKED       a push looks whether the queue is closed, and pushes in a second step
 */
#define NOTIFIERS 2

#define HOME          0
#define SECOND_CLOSER (NOTIFIERS + 1)
#define CPUS          (NOTIFIERS + 2)

#define IS_CLOSED 0     /* Uses.closed */
#define BUSY      1     /* Use.busy, a bit for each slot */
#define VARS      2

#include "memory.pml"

byte slots = 1;         /* how many slots there are */
bool is_open = true;    /* the descriptor is ours */
bool readable;
byte released;

byte queued;            /* the work, a bit for each; workqueue.pml has the real queue */
bool refuses;
byte accepted;          /* pushed, as its notifier was told */
byte served;
byte finished;          /* the threads that are done */
#ifdef NO_CLOSE_FENCE
bool closing;
#endif

#ifdef SAFE
#define CHECK(condition) assert(condition)
#else
#define CHECK(condition) skip
#endif

inline release()
{
    CHECK(is_open);                 /* released once */
    d_step { is_open = false; released++ }
}

/* A compare-and-set of the first slot that is free, or of the end of the slots. */
inline take_slot()
{
    do
    :: mine < slots ->
        d_step {
            DRAINED(me);
            won = !(memory[BUSY] & (1 << mine));
            memory[BUSY] = memory[BUSY] | (1 << mine)
        };
        if
        :: won -> break
        :: else -> mine++
        fi
    :: else ->
#ifdef REACH_APPENDED
        assert(false);
#endif
        d_step {
            DRAINED(me);
            won = (slots == mine);
            memory[BUSY] = (won -> memory[BUSY] | (1 << mine) : memory[BUSY]);
            slots = (won -> slots + 1 : slots)
        };
        if
        :: won -> break
        :: else
        fi
    od
}

/* One volatile store, which needs no call. */
inline leave()
{
    store_bits(me, BUSY, 255 - (1 << mine), 0);
    d_step { mine = 0; won = false }
}

inline enter()
{
#ifdef CLOSED_BEFORE_SLOT
    entered = (memory[IS_CLOSED] == 0);
    if
    :: entered -> take_slot()
    :: else
    fi
#else
    take_slot();
    entered = (memory[IS_CLOSED] == 0);
    if
    :: entered
    :: else -> leave()
    fi
#endif
}

/* EventFd.trySet */
inline ring_doorbell()
{
    enter();
    if
    :: entered ->
        CHECK(is_open);             /* no write to a number that is somebody else's */
        readable = true;
#ifdef LEAVE_FAILS
        if
        :: true -> goto stopped
        :: true
        fi;
#endif
        leave()
    :: else
#ifdef REACH_TOO_LATE
        -> assert(false)
#endif
    fi
}

inline wait_for_slots()
{
    do
    :: slot < slots ->
#ifdef REACH_WAITED
        assert(!(memory[BUSY] & (1 << slot)));
#endif
        !(memory[BUSY] & (1 << slot)) -> slot++
    :: else -> break
    od
}

/* Uses.close: the first to say that it is closed waits, and releases. */
inline close_doorbell()
{
#ifdef SLOTS_BEFORE_CLOSED
    wait_for_slots();
#endif
#ifdef NO_CLOSE_FENCE
    d_step { was = closing; closing = true };
    store(me, IS_CLOSED, 1);
#else
    exchange(me, IS_CLOSED, 1, was);
#endif
    if
    :: !was ->
#if !defined(SLOTS_BEFORE_CLOSED) && !defined(NO_WAIT)
        wait_for_slots();
#endif
        release()
    :: else
    fi
}

proctype notifier(byte me, work)
{
    byte mine;
    bool entered, won, pushed;
#ifdef PUSH_UNCHECKED
    pushed = !refuses;
    if
    :: pushed -> d_step { queued = queued | work; accepted = accepted | work }
    :: else
    fi;
#else
    d_step {
        pushed = !refuses;
        queued = (pushed -> queued | work : queued);
        accepted = (pushed -> accepted | work : accepted)
    };
#endif
    if
    :: pushed -> ring_doorbell()
    :: true                         /* the queue was closed, or the loop is not armed */
    fi;
#ifdef LEAVE_FAILS
stopped:
#endif
    finished++
}

proctype home()
{
    byte took, me = HOME, mine, slot;
    bool entered, won, was;
    do
    :: readable ->                  /* EventFd.testAndClear, and the work */
        enter();
        if
        :: entered ->
            CHECK(is_open);
            readable = false;
            leave()
        :: else -> break            /* it throws: somebody else has closed it */
        fi;
        d_step { took = queued; queued = 0 };
        d_step { served = served | took; took = 0 }
    :: true -> break
    od;
    skip;
    /* Inbox.refuse */
#ifdef TAKE_THEN_CLOSE
    d_step { took = queued; queued = 0 };
    refuses = true;
#else
    refuses = true;
    d_step { took = queued; queued = 0 };           /* LastCalls.runAcceptedWork */
#endif
    d_step { served = served | took; took = 0 };
    close_doorbell();               /* LastCalls.free */
    finished++
}

/* Not in a loop, where the home thread alone closes; but anybody may close an EventNotifier. */
proctype second_closer()
{
    byte me = SECOND_CLOSER, slot;
    bool was;
    close_doorbell();
    finished++
}

#ifdef NO_HANG
active proctype hang()
{
    timeout -> assert(finished == NOTIFIERS + 2 && served == accepted && released == 1)
}
#endif

init
{
    atomic {
        start_buffers();
        run notifier(1, 1);
        run notifier(2, 2);
        run home();
        run second_closer()
    }
}

/* What was accepted is served, and the descriptor is released, once. */
ltl all_done { <> (finished == NOTIFIERS + 2 && served == accepted && released == 1) }
