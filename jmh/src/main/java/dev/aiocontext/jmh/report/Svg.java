package dev.aiocontext.jmh.report;

import java.awt.Color;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.JFreeChart;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * Draws charts as SVG. Text and lines take the colour of the text around them, so a chart in a page reads in light and in
 * dark; in a file of its own they are of a grey that reads on both.
 */
final class Svg {
    /** What becomes {@code currentColor}. */
    static final Color INK = new Color(1, 2, 3);

    private static final String NAMESPACE = "http://www.w3.org/2000/svg";
    private static final String INK_ON_BOTH = "#6e7781";

    private Svg() {}

    /** An element for a page. */
    static String draw(JFreeChart chart, int width, int height) {
        Document document = newDocument();
        SVGGraphics2D graphics = new SVGGraphics2D(document);
        chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
        Element root = graphics.getRoot(document.getDocumentElement());
        root.setAttribute("viewBox", "0 0 " + width + " " + height);
        root.setAttribute("width", Integer.toString(width));
        root.setAttribute("height", Integer.toString(height));
        root.setAttribute("role", "img");
        root.setAttribute("aria-label", chart.getTitle().getText());
        StringWriter out = new StringWriter();
        try {
            graphics.stream(root, out, false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Several charts share a page, and its identifiers.
        String unique = Integer.toHexString(chart.getTitle().getText().hashCode());
        String text = out.toString()
                .replace("rgb(1,2,3)", "currentColor")
                .replace("id=\"", "id=\"c" + unique + "-")
                .replace("url(#", "url(#c" + unique + "-");
        return text.substring(text.indexOf("<svg")); // a page wants no XML declaration
    }

    /** The same as a file of its own. */
    static String standalone(String element) {
        return element.replaceFirst("<svg ", "<svg color=\"" + INK_ON_BOTH + "\" ");
    }

    private static Document newDocument() {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .getDOMImplementation()
                    .createDocument(NAMESPACE, "svg", null);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }
}
