/* QEMU's aio_notify() on a loop that does not block: a store, a full fence, and a look at the loop's announcement. */
#include "baseline.h"
#include <stdatomic.h>

static atomic_int notified;
static atomic_int notify_me;

/* Returns how often the loop would have been rung. */
long notify_awake(long times)
{
    long rings = 0;
    for (long i = 0; i < times; i++) {
        atomic_store_explicit(&notified, 1, memory_order_relaxed);
        atomic_thread_fence(memory_order_seq_cst);
        if (atomic_load_explicit(&notify_me, memory_order_relaxed))
            rings++;
    }
    return rings;
}
