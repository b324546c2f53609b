/*
 * The doorbell of the specimens, and the SIGIO relay beside it. Included by each of them.
 *
 *   -DNO_RELAY    the doorbell alone
 *   -DIN_BRANCH   the signal is sent right after the doorbell was written, as the patch of February 2015 does
 *   -DOUTSIDE     the signal is sent by every notification, also when it leaves the doorbell alone
 *
 * The relay is late as it likes, and signals coalesce: that is all a specimen needs of it. relay.pml has the real one.
 */
#if defined(NO_RELAY) + defined(IN_BRANCH) + defined(OUTSIDE) != 1
#error one of NO_RELAY, IN_BRANCH and OUTSIDE
#endif

bool doorbell;      /* the eventfd is readable */
bool sigio;         /* the signal is pending */
bool relay_pipe;    /* the relay's pipe is readable */

/* event_notifier_set() */
inline ring_doorbell()
{
    doorbell = true
#ifdef IN_BRANCH
    ; sigio = true
#endif
}

/* At the end of a notification. */
inline signal_outside()
{
#ifdef OUTSIDE
    sigio = true
#else
    skip
#endif
}

proctype relay()
{
end:
    do
    :: sigio -> sigio = false; relay_pipe = true
    od
}
