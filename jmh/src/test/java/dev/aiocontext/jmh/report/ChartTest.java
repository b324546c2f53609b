package dev.aiocontext.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class ChartTest {
    private static final String DOTS = Chart.dots(
            "A title", "an axis", true, Words::time, List.of(new Chart.Dot("a series", "a row", 1000, 500, 20_000)));
    private static final String CURVES = Chart.curves(
            "Another",
            "x",
            Words::digits,
            "y",
            Words::time,
            List.of(new Chart.Point("a curve", 1, 1000), new Chart.Point("a curve", 100, 50_000)));

    private static Element parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)))
                .getDocumentElement();
    }

    @Test
    void aChartIsWellFormedAndNamed() throws Exception {
        assertThat(parse(DOTS).getTagName()).isEqualTo("svg");
        assertThat(parse(DOTS).getAttribute("aria-label")).isEqualTo("A title");
        assertThat(parse(CURVES).getTextContent()).contains("a curve");
    }

    @Test
    void textTakesTheColourOfThePage() {
        assertThat(DOTS).contains("currentColor").doesNotContain("rgb(1,2,3)");
    }

    @Test
    void aFileOfItsOwnHasAColourThatReadsOnBoth() throws Exception {
        assertThat(parse(Svg.standalone(DOTS)).getAttribute("color")).startsWith("#");
    }

    @Test
    void twoChartsInAPageShareNoIdentifier() {
        String id = DOTS.replaceAll("(?s).*?id=\"(c[^\"]*)\".*", "$1");
        assertThat(CURVES).doesNotContain("\"" + id + "\"");
    }
}
