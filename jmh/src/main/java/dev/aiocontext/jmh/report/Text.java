package dev.aiocontext.jmh.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A run's tables and goals as Markdown, for a terminal. */
final class Text {
    private Text() {}

    static String of(Run run) {
        StringBuilder text = new StringBuilder();
        for (Question question : Questions.all()) {
            for (Table table : Page.tables(question, question.of(run.results()))) {
                append(text, table);
            }
        }
        for (Run.GoalResult goal : run.goals()) {
            if (!goal.measured().isEmpty() && !goal.work().equals(Goals.RELAY_OFF)) {
                String verdict = goal.reached() == null ? "not judged" : goal.reached() ? "reached" : "missed";
                text.append("%n%s: %s%ngoal: %s%nmeasured: %s%n"
                        .formatted(goal.work(), verdict, goal.goal(), goal.measured()));
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, Table table) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(Stream.concat(Stream.of(table.caption()), table.columns().stream())
                .toList());
        lines.add(lines.getFirst().stream().map(head -> "---").toList());
        for (Table.Row row : table.rows()) {
            List<String> line = new ArrayList<>(List.of(row.name()));
            row.cells().forEach(cell -> line.add(cell == null ? "" : words(cell)));
            lines.add(line);
        }
        text.append('\n');
        lines.forEach(line -> text.append(line.stream().collect(Collectors.joining(" | ", "| ", " |\n"))));
    }

    private static String words(Table.Cell cell) {
        return cell.figure()
                + (cell.range().isEmpty() ? "" : " (" + cell.range() + ")")
                + (cell.toPeer().isEmpty() ? "" : ", " + cell.toPeer() + " best peer");
    }
}
