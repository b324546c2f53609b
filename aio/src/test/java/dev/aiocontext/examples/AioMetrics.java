package dev.aiocontext.examples;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/** Hands what a context counts to Micrometer, times in seconds. */
public record AioMetrics(AioContext context) implements MeterBinder {
    @Override
    public void bindTo(MeterRegistry registry) {
        count(registry, "aio.polls", AioStatistics::polls);
        count(registry, "aio.busy", all -> all.load().busy().toNanos() / 1e9);
        count(registry, "aio.waiting", all -> all.load().waiting().toNanos() / 1e9);
        count(registry, "aio.wakeups", all -> all.wakeups().asked());
        count(registry, "aio.doorbells", all -> all.wakeups().rung());
        count(registry, "aio.timers", all -> all.timers().fired());
        gauge(registry, "aio.lag", ctx -> ctx.statistics().load().busySince().toNanos() / 1e9);
        gauge(registry, "aio.sources", ctx -> ctx.sources().size());
    }

    private void count(MeterRegistry registry, String name, ToDoubleFunction<AioStatistics> value) {
        FunctionCounter.builder(name, context, ctx -> value.applyAsDouble(ctx.statistics()))
                .tag("context", context.name())
                .register(registry);
    }

    private void gauge(MeterRegistry registry, String name, ToDoubleFunction<AioContext> value) {
        Gauge.builder(name, context, value).tag("context", context.name()).register(registry);
    }
}
