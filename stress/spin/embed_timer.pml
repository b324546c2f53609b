/*
 * The timer of embed.pml, which includes this with TIMER: of TimerQueue.java, TimerDriver.java and TimerEntry.java what a wait that an
 * outer loop makes rests on, and the timerfd of LentWait.java. One timer, deadlines 1 and 2. The clock shows what the home thread reads
 * from it: it may go on by 1 at each iteration, and it has gone on to the end of a sleep that ended by itself. The queue is a bit, because
 * its entries are all the same. Marks, several timers, and calls that stop are for timer.pml.
 */
#define LAST   2
#define NEVER  255
#define ALWAYS 255      /* each armed timer is earlier than that */

byte wanted = NEVER;    /* TimerEntry.state: changed by atomic read-modify-writes only */
bool queued;
byte timerfd = NEVER;   /* when it expires, which makes the descriptor readable; NEVER if it is not set */
byte now;

/* What only the model knows. Each call that arms is a bit. */
byte armed_by;          /* the call that the timer is armed by, if it is */
byte returned = OWN;    /* calls that have returned; the home thread's count from the start */
byte sleeps_to;         /* while the outer loop sleeps: until when, if the doorbell does not ring */

/* The outer loop sleeps, nobody has rung, and a call that armed for an earlier time has returned. */
#define SLEPT_PAST (sleeps_to != 0 && !doorbell && (armed_by & returned) && wanted < sleeps_to)

#ifdef SAFE
#define NOT_SLEPT_PAST assert(!SLEPT_PAST)
#else
#define NOT_SLEPT_PAST skip
#endif

#ifdef WITHOUT_TIME
#define ENDS_AT timerfd
#else
#define ENDS_AT (timerfd < wake -> timerfd : wake)
#endif

/* TimerQueue.arm by a thread that is not at home, or is at home and aside */
inline arm_timer(me, call)
{
    if
    :: deadline = 1
    :: deadline = LAST
    fi;
    d_step { DRAINED(me); wanted = deadline; armed_by = call };
    fence(me);
    if
    :: memory[FILED_AT] <= deadline         /* the wheel meets it in time */
#ifdef REACH_LAZY
        -> assert(false)
#endif
    :: else ->
        d_step { DRAINED(me); queued = true };
        fence(me);
        if
#ifndef ARM_IS_SILENT
        :: deadline < memory[UNTIL] -> ring(me)
#endif
        :: else
#ifdef REACH_NO_RING
            -> assert(memory[UNTIL] == ALWAYS)
#endif
        fi
    fi;
    atomic { returned = returned | call; deadline = 0; NOT_SLEPT_PAST }
}

/* The same by a loop that takes itself for awake: it files the timer, and rings nothing. */
inline arm_timer_at_home()
{
    deadline = 1;
    d_step { DRAINED(LOOP); wanted = deadline; armed_by = OWN };
    filed = deadline;
    store(LOOP, FILED_AT, deadline);
    deadline = 0
}

/* TimerWheel.wakeAt: a timer that is armed for later by now is moved. */
inline wake_at()
{
    do
    :: filed == NEVER || wanted <= filed -> at = filed; break
    :: else ->
        store(LOOP, FILED_AT, NEVER);
        fence(LOOP);
        deadline = wanted;
        filed = (deadline > filed -> deadline : filed);
        store(LOOP, FILED_AT, filed);
        deadline = 0
    od
}

/* TimerDriver.longestWait */
inline look_at_timer()
{
#ifndef NO_LOOK_AT_TIMERS
    found = queued;
#endif
    if
    :: found
    :: else ->
        wake_at();
        wake = at;
        d_step { found = (wake <= now); at = 0 }
    fi
}

/* TimerDriver.blocks, if there is nothing to do */
inline publish_until()
{
    if
    :: found
    :: else ->
        wake_at();
        store(LOOP, UNTIL, at);
#ifdef SLEEPS_LONGER
        wake_at();
        wake = at;
#endif
        at = 0
    fi
}

/* LentWait.setTimer */
inline set_timerfd()
{
#ifdef NO_TIMERFD
    skip
#else
    if
    :: !found && wake != NEVER ->
        if
        :: timerfd == NEVER -> timerfd = wake
#ifndef EXPIRED_STAYS
        :: timerfd != NEVER && timerfd <= now -> timerfd = wake
#endif
#ifndef NEVER_EARLIER
        :: timerfd != NEVER && timerfd > now && wake < timerfd -> timerfd = wake
#endif
        :: else
        fi
    :: else ->
#ifndef EXPIRED_STAYS
        timerfd = (timerfd <= now -> NEVER : timerfd)
#endif
    fi
#endif
}

inline sleep()
{
    atomic { asleep = true; sleeps_to = ENDS_AT; NOT_SLEPT_PAST };
    if
    :: atomic { doorbell -> asleep = false; sleeps_to = 0 }
    :: atomic { sleeps_to != NEVER -> now = (sleeps_to > now -> sleeps_to : now); asleep = false; sleeps_to = 0 }
    fi
}

/* TimerQueue.accept, then TimerDriver.dispatch */
inline accept_and_fire()
{
    if
    :: queued ->
        d_step { DRAINED(LOOP); queued = false };
        d_step { DRAINED(LOOP); deadline = wanted };
        if
        :: deadline < filed -> filed = deadline; store(LOOP, FILED_AT, filed)
        :: else
        fi
    :: else
    fi;
    if
    :: now < LAST -> now++
    :: true
    fi;
    if
    :: filed <= now ->
        store(LOOP, FILED_AT, NEVER);
        d_step {
            DRAINED(LOOP);                          /* the fence of unfile(), and TimerEntry.fire */
            filed = (wanted > now -> wanted : NEVER);
            armed_by = (wanted > now -> armed_by : 0);
            wanted = filed
        };
        store(LOOP, FILED_AT, filed)
    :: else
    fi;
    deadline = 0
}
