/*
 * Specimen E, QEMU until 2018: a foreign thread's non-blocking poll drains the doorbell of a home thread that is about to
 * block (bdrv_set_aio_context(), after aio_enable_external()).
 *
 * What the doorbell announces here is not a bottom half, which the foreign poll would run itself. It is a change to the
 * set of descriptors: the main thread allows external ones again. The home thread, an IOThread, has built its set without
 * them; it must return from its wait and build it anew, else it does not see the guest's next kick. Two descriptors are
 * allowed again, one after the other.
 *
 *   STEAL   the bug: every poll accepts the notification; without it, only one that may block, and only on the home thread
 *
 * Whose is the relay's pipe?
 *   (neither)          the blocked context's own, and only the home thread reads it: as in this library
 *   PIPE_READ_BY_ALL   the blocked context's own, but a foreign poll reads it like any other descriptor
 *   PIPE_OF_MAIN       the main loop's, as in the patch of February 2015
 */
#include "insurance.pml"

#define ALL 3

byte external;          /* the descriptors that are allowed */
byte kicked;            /* those that the guest has made readable */
byte handled;
byte notify_me;
bool notified;          /* the doorbell was written and not yet accepted */

#ifdef PIPE_OF_MAIN
#define HOME_PIPE false
#else
#define HOME_PIPE relay_pipe
#endif

inline accept_notification(was)
{
    d_step { was = notified; notified = false };
    if
    :: was -> doorbell = false; was = false
    :: else
    fi
}

inline aio_notify()
{
    if
    :: notify_me != 0 -> ring_doorbell(); notified = true
    :: else
    fi;
    signal_outside()
}

proctype home()
{
    byte watched, ready;
    bool was, piped;
    do
    :: true ->                                                  /* aio_poll(ctx, true) */
        notify_me++;
        watched = external;
        d_step {
            doorbell || HOME_PIPE || (kicked & watched);        /* ppoll() */
            ready = kicked & watched; piped = HOME_PIPE
        };
        notify_me--;
        accept_notification(was);
        if
        :: piped -> relay_pipe = false; piped = false
        :: else
        fi;
        d_step { kicked = kicked & ~ready; handled = handled | ready; ready = 0; watched = 0 }
    od
}

proctype main_thread()
{
    bool was;
    byte descriptor = 1;
    do
    :: descriptor > 2 -> break
    :: else ->
        d_step { external = external | descriptor };            /* aio_enable_external() */
        aio_notify();
        /* aio_poll(ctx, false) */
#ifdef STEAL
        accept_notification(was);
#endif
#ifdef PIPE_READ_BY_ALL
        if
        :: relay_pipe -> relay_pipe = false
        :: else
        fi;
#endif
        descriptor = descriptor << 1
    od
}

proctype guest()
{
    d_step { kicked = kicked | 1 };
    d_step { kicked = kicked | 2 }
}

init
{
    atomic {
        run home();
        run main_thread();
        run guest();
        run relay()
    }
}

ltl served_all { <> (handled == ALL) }
