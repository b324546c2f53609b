package dev.aiocontext.internal.fdmon;

import java.util.Arrays;

/** A few descriptor numbers. One thread at a time. */
final class OwnNumbers {
    private int[] numbers = new int[0];

    void add(int fd) {
        int[] longer = Arrays.copyOf(numbers, numbers.length + 1);
        longer[numbers.length] = fd;
        numbers = longer;
    }

    void remove(int fd) {
        numbers = Arrays.stream(numbers).filter(number -> number != fd).toArray();
    }

    boolean contains(int fd) {
        for (int number : numbers) {
            if (number == fd) {
                return true;
            }
        }
        return false;
    }
}
