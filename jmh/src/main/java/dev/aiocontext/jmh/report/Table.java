package dev.aiocontext.jmh.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table of the page: the medians, and how they compare within their column.
 *
 * @param caption what was measured
 * @param columns the heads of the columns
 * @param rows the rows
 */
public record Table(String caption, List<String> columns, List<Row> rows) {
    /**
     * A row.
     *
     * @param name its name
     * @param side {@code ours}, {@code peer}, {@code by_hand} or {@code limit}
     * @param cells one for each column; null where nothing was measured
     */
    public record Row(String name, String side, List<@Nullable Cell> cells) {}

    /**
     * A cell.
     *
     * @param figure the median
     * @param spread of the iterations, as words
     * @param toPeer the ratio to the best peer of the column; empty for those that are none of ours
     * @param toLimit the ratio to the best in C; empty where there is none
     */
    public record Cell(String figure, String spread, String toPeer, String toLimit) {}

    static Table of(String caption, List<Result> results, String rowParam) {
        SequencedSet<String> rowKeys =
                results.stream().map(r -> r.param(rowParam)).collect(Collectors.toCollection(LinkedHashSet::new));
        SequencedSet<String> columnKeys =
                results.stream().map(r -> columnOf(r, rowParam)).collect(Collectors.toCollection(LinkedHashSet::new));
        List<Row> rows = new ArrayList<>();
        for (String rowKey : rowKeys) {
            List<@Nullable Cell> cells = new ArrayList<>();
            for (String columnKey : columnKeys) {
                List<Result> column = results.stream()
                        .filter(r -> columnOf(r, rowParam).equals(columnKey))
                        .toList();
                cells.add(column.stream()
                        .filter(r -> r.param(rowParam).equals(rowKey))
                        .findFirst()
                        .map(r -> cell(r, column, rowParam))
                        .orElse(null));
            }
            rows.add(new Row(Side.nameOf(rowKey), Side.of(rowKey).name().toLowerCase(java.util.Locale.ROOT), cells));
        }
        return new Table(caption, List.copyOf(columnKeys), rows);
    }

    private static String columnOf(Result result, String rowParam) {
        return result.params().entrySet().stream()
                .filter(param -> !param.getKey().equals(rowParam))
                .map(param -> param.getKey() + " " + param.getValue())
                .collect(Collectors.joining(", "));
    }

    private static Cell cell(Result result, List<Result> column, String rowParam) {
        Side side = Side.of(result.param(rowParam));
        Optional<Result> peer = best(column, rowParam, Side.PEER);
        Optional<Result> limit = best(column, rowParam, Side.LIMIT);
        return new Cell(
                Words.figure(result),
                Words.percent(result.spread()),
                side == Side.OURS ? ratio(result, peer) : "",
                side == Side.LIMIT ? "" : ratio(result, limit));
    }

    /** The best of a side. */
    static Optional<Result> best(Collection<Result> results, String rowParam, Side side) {
        return results.stream()
                .filter(r -> Side.of(r.param(rowParam)) == side)
                .min((a, b) -> a.isTime()
                        ? Double.compare(a.median(), b.median())
                        : Double.compare(b.median(), a.median()));
    }

    private static String ratio(Result result, Optional<Result> other) {
        return other.map(o -> Words.ratio(result.median() / o.median())).orElse("");
    }
}
