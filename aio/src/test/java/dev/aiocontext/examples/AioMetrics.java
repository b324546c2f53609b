package dev.aiocontext.examples;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioStatistics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/** Hands what a context counts to Micrometer, times in seconds. */
public record AioMetrics(AioContext context) implements MeterBinder {
    @Override
    public void bindTo(MeterRegistry registry) {
        Tags tags = Tags.of("context", context.name());
        count(registry, tags, "aio.polls", AioStatistics::polls);
        count(registry, tags, "aio.busy", all -> all.load().busy().toNanos() / 1e9);
        count(registry, tags, "aio.waiting", all -> all.load().waiting().toNanos() / 1e9);
        count(registry, tags, "aio.wakeups", all -> all.wakeups().asked());
        count(registry, tags, "aio.doorbells", all -> all.wakeups().rung());
        count(registry, tags, "aio.timers", all -> all.timers().fired());
        ToDoubleFunction<AioContext> lag =
                ctx -> ctx.statistics().timers().late().toNanos() / 1e9;
        registry.gauge("aio.lag.max", tags, context, lag);
        ToDoubleFunction<AioContext> busy =
                ctx -> ctx.statistics().load().busySince().toNanos() / 1e9;
        registry.gauge("aio.busy.since", tags, context, busy);
        registry.gauge("aio.sources", tags, context, ctx -> ctx.sources().size());
    }

    private void count(MeterRegistry registry, Tags tags, String name, ToDoubleFunction<AioStatistics> value) {
        registry.more().counter(name, tags, context, ctx -> value.applyAsDouble(ctx.statistics()));
    }
}
