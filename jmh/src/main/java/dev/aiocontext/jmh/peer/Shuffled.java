package dev.aiocontext.jmh.peer;

import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Numbers and objects in an order that the memory does not have, always the same one. */
final class Shuffled {
    private static final long SEED = 20_261_126;

    private Shuffled() {}

    /** Makes objects one after another, and hands them over in another order. */
    static <T> T[] of(int number, IntFunction<T> make, IntFunction<T[]> array) {
        T[] made = IntStream.range(0, number).mapToObj(make).toArray(array);
        System.gc(); // which moves them to where they stay; later, it would give them the order of the array
        Random random = new Random(SEED);
        for (int i = number - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            T other = made[j];
            made[j] = made[i];
            made[i] = other;
        }
        return made;
    }
}
