package dev.aiocontext.stress;

import dev.aiocontext.internal.wakeup.WorkList;
import dev.aiocontext.internal.wakeup.WorkQueue;
import org.jspecify.annotations.Nullable;

/** A piece of work with a name, to be told from others. */
final class Item extends WorkList.Work {
    /** Plain: whoever takes the item must see what its pusher wrote. */
    private String name = "?";

    Item named(String newName) {
        name = newName;
        return this;
    }

    /** The names of what a list gave, in its order. */
    static String names(WorkList.@Nullable Work taken) {
        WorkQueue queue = new WorkQueue();
        queue.append(taken);
        StringBuilder names = new StringBuilder();
        for (WorkList.Work work = queue.poll(); work != null; work = queue.poll()) {
            names.append(((Item) work).name);
        }
        return names.toString();
    }
}
