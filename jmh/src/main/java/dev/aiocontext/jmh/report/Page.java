package dev.aiocontext.jmh.report;

import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The page of a report. */
final class Page {
    private Page() {}

    /**
     * A question and its answers, as the template shows them.
     *
     * @param id its name for links
     * @param title the question
     * @param text how to read it
     * @param tables the answers
     * @param charts SVG, by name
     * @param details all figures
     */
    public record Section(
            String id,
            String title,
            String text,
            List<Table> tables,
            Map<String, String> charts,
            List<Detail> details) {}

    /**
     * All figures of a case, as words.
     *
     * @param name the case
     * @param cells the figures
     */
    public record Detail(String name, List<String> cells) {}

    static void write(Run run, List<Question> questions, Path file) throws IOException {
        Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
        configuration.setClassForTemplateLoading(Page.class, "/report");
        configuration.setDefaultEncoding("UTF-8");
        configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        configuration.setLogTemplateExceptions(false);
        List<Section> sections = questions.stream()
                .map(question -> section(question, question.of(run.results())))
                .filter(section -> !section.details().isEmpty())
                .toList();
        try (Writer out = Files.newBufferedWriter(file)) {
            configuration.getTemplate("index.ftlh").process(Map.of("run", run, "sections", sections), out);
        } catch (TemplateException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Section section(Question question, List<Result> results) {
        return new Section(
                question.id(),
                question.title(),
                question.text(),
                tables(question, results),
                Drawings.of(question, results),
                results.stream().map(Page::detail).toList());
    }

    /** The tables that answer a question; those without figures are left out. */
    static List<Table> tables(Question question, List<Result> results) {
        return question.views().stream()
                .filter(view -> !view.of(results).isEmpty())
                .map(view -> Table.of(view, view.of(results)))
                .collect(ArrayList::new, Table::addTo, List::addAll);
    }

    private static Detail detail(Result result) {
        return new Detail(
                new Case(result.benchmark(), result.params()).toString(),
                List.of(
                        Words.withRange(result),
                        Words.figure(result.unit(), result.mean()),
                        Words.percent(result.error() / result.mean()),
                        Words.percent(result.spread()),
                        percentile(result, "p99"),
                        percentile(result, "p99.9"),
                        percentile(result, "p100"),
                        Words.digits(result.counters().getOrDefault(Result.BYTES, Double.NaN)),
                        Words.digits(result.othersLoad()),
                        Words.digits(result.stolen())));
    }

    private static String percentile(Result result, String name) {
        Double value = result.percentiles().get(name);
        return value == null ? "" : Words.time(value);
    }
}
