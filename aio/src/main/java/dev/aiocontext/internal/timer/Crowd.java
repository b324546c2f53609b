package dev.aiocontext.internal.timer;

import java.util.Arrays;
import java.util.Comparator;

/** Many timers with one deadline that are out of order. Home thread. */
final class Crowd {
    private record Place(long order, TimerEntry timer) {}

    private Crowd() {}

    static void sort(Slot slot) {
        Place[] places = new Place[slot.count];
        int count = 0;
        for (Chunk chunk = slot.head; chunk != null; chunk = chunk.next) {
            for (int i = chunk.from; i < chunk.end; i++) {
                places[count++] = new Place(chunk.orders[i], chunk.timer(i));
            }
        }
        Arrays.sort(places, Comparator.comparingLong(place -> place.order & TimerEntry.KEY));
        count = 0;
        for (Chunk chunk = slot.head; chunk != null; chunk = chunk.next) {
            for (int i = chunk.from; i < chunk.end; i++) {
                chunk.orders[i] = places[count].order;
                chunk.timers[i] = places[count++].timer;
            }
        }
    }
}
