package dev.aiocontext.stress;

import dev.aiocontext.internal.wakeup.WorkQueue;

/** A piece of work with a name, to be told from others. */
final class Item {
    /** Plain: whoever takes the item must see what its pusher wrote. */
    private String name = "?";

    Item named(String newName) {
        name = newName;
        return this;
    }

    /** Takes what is in a queue now: the names, in its order. */
    static String names(WorkQueue<Item> queue) {
        long end = queue.end();
        StringBuilder names = new StringBuilder();
        for (Item item = queue.take(end); item != null; item = queue.take(end)) {
            names.append(item.name);
        }
        return names.toString();
    }
}
