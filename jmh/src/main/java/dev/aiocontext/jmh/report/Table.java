package dev.aiocontext.jmh.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.Predicate;
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
     * @param figure the median of the forks
     * @param range from the lowest fork to the highest; empty if there was one
     * @param spread of the iterations, as words; empty where it is not known
     * @param toPeer the ratio to the best peer of the column; empty for those that are none of ours
     * @param toLimit the ratio to the best in C; empty where there is none
     */
    public record Cell(String figure, String range, String spread, String toPeer, String toLimit) {}

    private static final String POLLING = "+";

    static Table of(View view, List<Result> results) {
        SequencedSet<String> rowKeys =
                results.stream().map(r -> rowOf(r, view.row())).collect(Collectors.toCollection(LinkedHashSet::new));
        SequencedSet<String> columnKeys =
                results.stream().map(r -> columnOf(r, view.row())).collect(Collectors.toCollection(LinkedHashSet::new));
        List<Row> rows = new ArrayList<>();
        for (String rowKey : rowKeys) {
            List<@Nullable Cell> cells = new ArrayList<>();
            for (String columnKey : columnKeys) {
                List<Result> column = results.stream()
                        .filter(r -> columnOf(r, view.row()).equals(columnKey))
                        .toList();
                cells.add(column.stream()
                        .filter(r -> rowOf(r, view.row()).equals(rowKey))
                        .findFirst()
                        .map(r -> cell(r, column, view.row()))
                        .orElse(null));
            }
            rows.add(new Row(nameOf(rowKey), Side.of(rowKey).name().toLowerCase(Locale.ROOT), cells));
        }
        return new Table(view.caption(), List.copyOf(columnKeys), rows);
    }

    /** Adds a table to others: one with a single column that needs no head becomes a column of the one before, if that is such too. */
    static void addTo(List<Table> tables, Table next) {
        if (next.columns().equals(List.of(""))) {
            Table column = new Table("", List.of(next.caption()), next.rows());
            if (!tables.isEmpty() && tables.getLast().caption().isEmpty()) {
                tables.add(tables.removeLast().beside(column));
            } else {
                tables.add(column);
            }
        } else {
            tables.add(next);
        }
    }

    /** This and the columns of another; each has the rows of both. */
    private Table beside(Table other) {
        SequencedMap<String, Row> all = new LinkedHashMap<>();
        rows.forEach(row -> all.put(row.name(), row));
        other.rows.forEach(row -> all.putIfAbsent(row.name(), row));
        List<Row> joined = new ArrayList<>();
        for (Row row : all.values()) {
            List<@Nullable Cell> cells = new ArrayList<>(cellsOf(row.name()));
            cells.addAll(other.cellsOf(row.name()));
            joined.add(new Row(row.name(), row.side(), cells));
        }
        List<String> heads = new ArrayList<>(columns);
        heads.addAll(other.columns);
        return new Table(caption, heads, joined);
    }

    private List<@Nullable Cell> cellsOf(String row) {
        return rows.stream()
                .filter(r -> r.name().equals(row))
                .findFirst()
                .map(Row::cells)
                .orElseGet(() -> new ArrayList<>(Collections.nCopies(columns.size(), null)));
    }

    /** Adaptive polling makes another row: it is a way to be woken, not a state that is compared in. */
    private static String rowOf(Result result, String rowParam) {
        return result.param(rowParam) + (result.param("polling").equals("ON") ? POLLING : "");
    }

    private static String nameOf(String rowKey) {
        return rowKey.endsWith(POLLING)
                ? Names.of(rowKey.substring(0, rowKey.length() - 1)) + ", polling"
                : Names.of(rowKey);
    }

    private static String columnOf(Result result, String rowParam) {
        return result.params().entrySet().stream()
                .filter(param ->
                        !param.getKey().equals(rowParam) && !param.getKey().equals("polling"))
                .map(param -> Names.of(param.getKey(), param.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static Cell cell(Result result, List<Result> column, String rowParam) {
        Side side = Side.of(result.param(rowParam));
        List<Result> peers = column.stream()
                .filter(r -> Side.of(r.param(rowParam)) == Side.PEER)
                .toList();
        boolean spins = Side.spins(rowOf(result, rowParam), POLLING);
        List<Result> limits = column.stream()
                .filter(r ->
                        Side.of(r.param(rowParam)) == Side.LIMIT && Side.spins(rowOf(r, rowParam), POLLING) == spins)
                .toList();
        return new Cell(
                Words.figure(result),
                Words.ends(result.unit(), result.range()),
                Double.isNaN(result.spread()) ? "" : Words.percent(result.spread()),
                side == Side.OURS ? ratio(result, peers) : "",
                side == Side.LIMIT ? "" : ratio(result, limits));
    }

    /** The best of some. */
    static Optional<Result> best(Collection<Result> results, Predicate<Result> some) {
        return results.stream()
                .filter(some)
                .min((a, b) -> a.lessIsBetter()
                        ? Double.compare(a.median(), b.median())
                        : Double.compare(b.median(), a.median()));
    }

    private static String ratio(Result result, List<Result> others) {
        return others.isEmpty() ? "" : Words.ratio(result.ratioToBest(others));
    }
}
