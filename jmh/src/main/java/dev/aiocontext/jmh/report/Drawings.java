package dev.aiocontext.jmh.report;

import java.util.List;

/** Which charts go with which question. */
final class Drawings {
    private Drawings() {}

    static List<String> of(Question question, List<Result> results) {
        return List.of();
    }
}
