package dev.aiocontext.jmh.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYDataset;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** The kinds of chart that the report has. */
final class Chart {
    private static final int WIDTH = 860;
    private static final int ROW_HEIGHT = 26;
    private static final int FRAME_HEIGHT = 120;
    private static final int CURVES_HEIGHT = 420;
    private static final double ROUNDING = 1e-6;
    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Font HEAD = new Font(Font.SANS_SERIF, Font.BOLD, 14);
    private static final Color NOTHING = new Color(0, 0, 0, 0);

    /** Of a middle lightness, to be seen on white and on black. */
    private static final List<Color> COLOURS = List.of(
            new Color(0x2f81f7),
            new Color(0xdb6d28),
            new Color(0x2da44e),
            new Color(0x8957e5),
            new Color(0xd1477a),
            new Color(0xbf8700),
            new Color(0x1b9e9e),
            new Color(0x8b949e));

    private Chart() {}

    /**
     * A point of a series: in a chart of dots, on the row of that name, with a line through it.
     *
     * @param series which series
     * @param row which row
     * @param value where the dot is
     * @param low where the line begins
     * @param high where the line ends
     */
    record Dot(String series, String row, double value, double low, double high) {
        /** From the lowest fork to the highest. */
        static Dot ofForks(String series, String row, Result result) {
            Range range = result.range();
            return new Dot(series, row, range.middle(), range.low(), range.high());
        }
    }

    /**
     * A point of a curve.
     *
     * @param series which curve
     * @param x its place
     * @param y its value
     */
    record Point(String series, double x, double y) {}

    /** A row for each name, with a dot for each series and a line through it: the median and the range of the forks, say. */
    static String dots(String title, String axis, boolean log, DoubleFunction<String> label, List<Dot> dots) {
        SequencedSet<String> rows = dots.stream().map(Dot::row).collect(Collectors.toCollection(LinkedHashSet::new));
        SequencedSet<String> series =
                dots.stream().map(Dot::series).collect(Collectors.toCollection(LinkedHashSet::new));
        List<String> rowNames = new ArrayList<>(rows);
        List<String> seriesNames = new ArrayList<>(series);
        XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
        for (String name : seriesNames) {
            // Side by side, so that none hides another.
            double shift = (seriesNames.indexOf(name) - (seriesNames.size() - 1) / 2.0) * 0.22;
            XYIntervalSeries points = new XYIntervalSeries(name);
            dots.stream().filter(dot -> dot.series().equals(name)).forEach(dot -> {
                double y = rowNames.indexOf(dot.row()) + shift;
                points.add(dot.value(), Math.min(dot.value(), dot.low()), Math.max(dot.value(), dot.high()), y, y, y);
            });
            data.addSeries(points);
        }
        XYErrorRenderer renderer = new XYErrorRenderer();
        renderer.setDrawYError(false);
        renderer.setCapLength(5);
        renderer.setErrorStroke(new BasicStroke(1.5f));
        SymbolAxis names = new SymbolAxis(null, rowNames.toArray(String[]::new));
        names.setInverted(true);
        names.setGridBandsVisible(false);
        XYPlot plot = plot(data, renderer, valueAxis(axis, log, label), names);
        return draw(title, plot, FRAME_HEIGHT + ROW_HEIGHT * rowNames.size());
    }

    /** Curves over logarithmic axes. */
    static String curves(
            String title,
            String xAxis,
            DoubleFunction<String> xLabel,
            String yAxis,
            DoubleFunction<String> yLabel,
            List<Point> points) {
        XYSeriesCollection data = new XYSeriesCollection();
        for (String name : points.stream().map(Point::series).collect(Collectors.toCollection(LinkedHashSet::new))) {
            XYSeries curve = new XYSeries(name);
            points.stream()
                    .filter(point -> point.series().equals(name))
                    .forEach(point -> curve.add(point.x(), point.y()));
            data.addSeries(curve);
        }
        XYPlot plot = plot(
                data, new XYLineAndShapeRenderer(), valueAxis(xAxis, true, xLabel), valueAxis(yAxis, true, yLabel));
        return draw(title, plot, CURVES_HEIGHT);
    }

    private static XYPlot plot(XYDataset data, XYLineAndShapeRenderer renderer, ValueAxis x, ValueAxis y) {
        for (int i = 0; i < data.getSeriesCount(); i++) {
            renderer.setSeriesPaint(i, COLOURS.get(i % COLOURS.size()));
            renderer.setSeriesStroke(i, new BasicStroke(2));
            renderer.setSeriesShape(i, new Ellipse2D.Double(-3.5, -3.5, 7, 7));
        }
        XYPlot plot = new XYPlot(data, x, y, renderer);
        toWholePowers(x);
        toWholePowers(y);
        plot.setBackgroundPaint(NOTHING);
        plot.setOutlineVisible(false);
        plot.setDomainGridlinePaint(Svg.INK);
        plot.setRangeGridlinePaint(Svg.INK);
        plot.setDomainGridlineStroke(new BasicStroke(0.25f));
        plot.setRangeGridlineStroke(new BasicStroke(0.25f));
        colour(x);
        colour(y);
        return plot;
    }

    /** So that a logarithmic axis has two marks at least. */
    private static void toWholePowers(ValueAxis axis) {
        if (axis instanceof LogAxis) {
            axis.setLowerMargin(0);
            axis.setUpperMargin(0);
            double low = Math.floor(Math.log10(axis.getLowerBound()) + ROUNDING);
            double high = Math.ceil(Math.log10(axis.getUpperBound()) - ROUNDING);
            axis.setRange(Math.pow(10, low), Math.pow(10, Math.max(high, low + 1)));
        }
    }

    private static void colour(ValueAxis axis) {
        axis.setLabelPaint(Svg.INK);
        axis.setTickLabelPaint(Svg.INK);
        axis.setAxisLinePaint(Svg.INK);
        axis.setTickMarkPaint(Svg.INK);
        axis.setLabelFont(TEXT);
        axis.setTickLabelFont(TEXT);
    }

    private static NumberAxis numberAxis(String name) {
        NumberAxis axis = new NumberAxis(name);
        axis.setAutoRangeIncludesZero(true);
        return axis;
    }

    private static ValueAxis valueAxis(String name, boolean log, DoubleFunction<String> label) {
        NumberFormat format = new Label(label);
        if (!log) {
            NumberAxis axis = numberAxis(name);
            axis.setNumberFormatOverride(format);
            return axis;
        }
        LogAxis axis = new LogAxis(name);
        axis.setNumberFormatOverride(format);
        axis.setTickUnit(new NumberTickUnit(1)); // a power of ten
        return axis;
    }

    private static String draw(String title, XYPlot plot, int height) {
        JFreeChart chart = new JFreeChart(title, HEAD, plot, true);
        chart.setBackgroundPaint(NOTHING);
        chart.setPadding(new RectangleInsets(4, 4, 4, 24)); // the last label of an axis sticks out
        chart.getTitle().setPaint(Svg.INK);
        chart.getLegend().setItemPaint(Svg.INK);
        chart.getLegend().setItemFont(TEXT);
        chart.getLegend().setBackgroundPaint(NOTHING);
        chart.getLegend().setFrame(BlockBorder.NONE);
        return Svg.draw(chart, WIDTH, height);
    }

    /** Writes numbers as a function does. */
    private static final class Label extends NumberFormat {
        private static final long serialVersionUID = 1L;

        private final transient DoubleFunction<String> label;

        Label(DoubleFunction<String> label) {
            this.label = label;
        }

        @Override
        public StringBuffer format(double number, StringBuffer to, FieldPosition position) {
            return to.append(label.apply(number));
        }

        @Override
        public StringBuffer format(long number, StringBuffer to, FieldPosition position) {
            return format((double) number, to, position);
        }

        @Override
        public Number parse(String text, ParsePosition position) {
            throw new UnsupportedOperationException("labels are only written");
        }
    }
}
