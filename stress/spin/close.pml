/*
 * Closing a context: AioContext.close, WorkQueue.close, EventNotifier. Two notifiers push a task each and may find the
 * loop armed, so that they write the doorbell; the home thread polls, then refuses work, runs what was accepted and
 * closes the doorbell; a third thread closes the doorbell too. The kernel gives the number of a closed descriptor to
 * somebody else at once: a write after that ends in a stranger's file.
 *
 *   CHECK_THEN_USE, CLOSE_RELEASES, EXIT_FORGETS   as in use_count.pml
 *   TAKE_THEN_CLOSE                                the last work is taken before the queue refuses more
 *   PUSH_UNCHECKED                                 a push looks whether the queue is closed, and pushes in a second step
 */
#include "use_count.pml"

#define NOTIFIERS 2

byte uses;              /* the doorbell's */
bool is_open = true;    /* the descriptor is ours */
bool readable;
byte released;

byte queued;            /* the work, a bit for each; workqueue.pml has the real queue */
bool refuses;
byte accepted;          /* pushed, as its notifier was told */
byte served;
byte finished;          /* the threads that are done */

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

inline leave()
{
    exit(uses, last);
    if
    :: last -> release()
    :: else
    fi
}

/* EventNotifier.trySet */
inline ring_doorbell()
{
    enter(uses, entered);
    if
    :: entered ->
        CHECK(is_open);             /* no write to a number that is somebody else's */
        readable = true;
        leave()
    :: else
#ifdef REACH_TOO_LATE
        -> assert(false)
#endif
    fi
}

inline close_doorbell()
{
    close(uses, last);
    if
    :: last -> release()
    :: else
#ifdef REACH_LEFT_TO_USER
        -> assert(!is_open)
#endif
    fi
}

proctype notifier(byte work)
{
    bool entered, last, pushed;
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
    finished++
}

proctype home()
{
    bool entered, last;
    byte took;
    do
    :: readable ->                  /* EventNotifier.testAndClear, and the work */
        enter(uses, entered);
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
    /* Loop.refuseWork */
#ifdef TAKE_THEN_CLOSE
    d_step { took = queued; queued = 0 };
    refuses = true;
#else
    refuses = true;
    d_step { took = queued; queued = 0 };           /* runAcceptedWork */
#endif
    d_step { served = served | took; took = 0 };
    close_doorbell();               /* Loop.free */
    finished++
}

/* Not in a loop, where the home thread alone closes; but anybody may close an EventNotifier. */
proctype second_closer()
{
    bool last;
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
        run notifier(1);
        run notifier(2);
        run home();
        run second_closer()
    }
}

/* What was accepted is served, and the descriptor is released, once. */
ltl all_done { <> (finished == NOTIFIERS + 2 && served == accepted && released == 1) }
