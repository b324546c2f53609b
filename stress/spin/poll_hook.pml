/*
 * A source that is polled in user space: PollPhase.java, and what surrounds it of PollDriver.java, Waiting.java, FdSources.java,
 * FdDispatch.java and Move.java. One home thread, and PRODUCERS threads that publish an item each in a ring and set the eventfd unless they are silenced. How
 * the loop itself is woken is no part of this: wakeup.pml has that. A suspension is told by the request here.
 *
 *   SUSPENDER          (no bug) one more thread suspends the source, and resumes it
 *   ERRORS             (no bug) an Error may leave the poll between the wait and the handler
 *   TAKES_ONE          (no bug) the handler takes one item in each call
 *   MOVED              (no bug) another loop has silenced the producers, ends, and then hands the source over
 *   NO_END             the loop sleeps, and leaves the producers silent
 *   NO_LAST_CHECK      the loop ends and sleeps, without a check
 *   CHECK_BEFORE_END   the last check comes before the end
 *   NO_END_FENCE       there is no fence between the end and the check
 *   NO_PRODUCER_FENCE  a producer publishes and looks, without a fence
 *   LOOKS_FIRST        a producer looks whether it is silenced, then publishes
 *   FORGETS            what was found is forgotten if an Error comes
 *   HANDLED_NOT_OWED   no check is due after the handler
 *   SUSPENDED_NOT_OWED no check is due after an end while the source is suspended
 *   MOVED_NOT_OWED     no check is due for a source that is new
 */
#ifndef PRODUCERS
#define PRODUCERS 2
#endif
#define CPUS (PRODUCERS + 1)
#define LOOP 0

#define SILENT 0
#define RING   1
#define VARS   2

#include "memory.pml"

#define ALL ((1 << PRODUCERS) - 1)

bool eventfd;
bool request;       /* a bare wake-up of the loop */
bool suspended;     /* under the lock of the set */
bool moved;         /* the source is this loop's */
bool asleep;
byte served;

proctype producer(byte me)
{
    bool silent;
#ifdef LOOKS_FIRST
    silent = memory[SILENT];
#endif
    store_or(me, RING, (1 << (me - 1)));
#ifndef NO_PRODUCER_FENCE
    fence(me);
#endif
#ifndef LOOKS_FIRST
    silent = memory[SILENT];
#endif
    if
    :: !silent -> eventfd = true
    :: else
    fi
}

#ifdef SUSPENDER
/* FdSources.suspend and resume */
proctype suspender()
{
    suspended = true;
    request = true;
    suspended = false;
    request = true
}
#endif

/* PollPhase.check */
inline check()
{
    found = (memory[RING] != 0);
    owed = false
}

/* PollPhase.end */
inline end_polling()
{
    if
    :: begun ->
        owed = true;
        store(LOOP, SILENT, 0);
        begun = false;
#ifndef NO_END_FENCE
        fence(LOOP)
#endif
    :: else
    fi
}

/* FdDispatch.dispatch: the descriptor has told something, or a check has found something */
inline handle()
{
    found = false;
#ifndef HANDLED_NOT_OWED
    owed = (begun -> owed : true);
#endif
    eventfd = false;
#ifdef TAKES_ONE
    d_step {
        DRAINED(LOOP);
        got = memory[RING] & (255 - (memory[RING] - 1));
        memory[RING] = memory[RING] - got;
        served = served | got; got = 0
    }
#else
    exchange(LOOP, RING, 0, got);
    d_step { served = served | got; got = 0 }
#endif
}

/* PollDriver.collect */
inline settle()
{
    end_polling();
    found = false;
#ifdef SUSPENDED_NOT_OWED
    owed = false
#else
    owed = true
#endif
}

proctype loop()
{
    byte got;
    bool begun, owed, found, told;
#ifdef MOVED
    moved;
#endif
#ifndef MOVED_NOT_OWED
    owed = true;
#endif
    do
    :: true ->
        /* Waiting.pollThenBlock: it polls, or not this time */
        if
        :: !suspended && !found ->
            if
            :: !begun -> begun = true; store(LOOP, SILENT, 1)
            :: else
            fi;
            check()
        :: true
        fi;
        /* Waiting.block */
        if
        :: found
        :: else ->
#ifdef CHECK_BEFORE_END
            check();
            found = (suspended -> false : found);
#endif
#ifndef NO_END
            end_polling();
#endif
#if !defined(NO_LAST_CHECK) && !defined(CHECK_BEFORE_END)
            if
            :: !suspended && owed -> check()
            :: else
            fi;
#endif
            if
            :: found
            :: else ->
                asleep = true;
                d_step { (eventfd && !suspended) || request; asleep = false; told = (eventfd && !suspended) }
            fi
        fi;
        request = false;
        if
        :: suspended -> settle(); told = false
        :: else ->
            /* PollDriver.collect */
#if !defined(NO_LAST_CHECK) && !defined(CHECK_BEFORE_END)
            if
            :: !found && (begun || owed) -> check()
            :: else
            fi;
#endif
            if
#ifdef ERRORS
            :: found || told ->
                told = false;       /* the kernel tells again */
#ifdef FORGETS
                found = false
#endif
#endif
            :: found || told -> told = false; handle()
            :: else
            fi
        fi
    od
}

#ifdef MOVED
/* Move.java: the old loop, which has silenced the producers */
proctype old_loop()
{
    store(LOOP, SILENT, 0);
    fence(LOOP);
    moved = true
}
#endif

init
{
    atomic {
        byte i;
#ifdef MOVED
        memory[SILENT] = 1;
#endif
        start_buffers();
#ifdef MOVED
        run old_loop();
#endif
        run loop();
#ifdef SUSPENDER
        run suspender();
#endif
        for (i : 1 .. PRODUCERS) { run producer(i) }
        i = 0
    }
}

#ifdef NO_HANG
/* Nobody can move: then no item may be left. */
active proctype hang()
{
    timeout -> assert(served == ALL)
}
#endif

/* Every item is handled. */
ltl served_all { <> (served == ALL) }

/* In the end the loop sleeps. */
ltl quiet { <> [] asleep }
