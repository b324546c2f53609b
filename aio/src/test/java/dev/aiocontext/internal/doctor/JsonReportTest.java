package dev.aiocontext.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The keys are a promise, see docs/doctor.md: who changes one here raises the format version. */
class JsonReportTest {
    @Test
    void reportsAllThatWasFoundUnderTheDocumentedKeys() {
        assertThat(JsonReport.of(Samples.allWell())).isEqualTo("""
                        {
                          "formatVersion": 1,
                          "seconds": 20,
                          "machine": {
                            "architecture": "aarch64",
                            "processors": 4,
                            "kernel": "Linux 6.1.0",
                            "libc": "glibc 2.28",
                            "jdk": "22+36, \\"Acme\\" \\\\ Sons"
                          },
                          "relay": {
                            "mode": "THREAD",
                            "reason": "AUTO on aarch64, the default"
                          },
                          "sigio": {
                            "threads": 3,
                            "unblocked": [
                              {
                                "tid": 7,
                                "name": "java"
                              },
                              {
                                "tid": 8,
                                "name": "VM Thread"
                              }
                            ]
                          },
                          "wakeups": [
                            {
                              "relay": "OFF",
                              "wakeups": 1100,
                              "wakeupsBlocked": 600,
                              "wakeupsRacing": 500,
                              "lost": 0,
                              "echoes": 0,
                              "rescues": 0,
                              "latencySamples": 400,
                              "latencyP50Nanos": 5000,
                              "latencyP99Nanos": 20000,
                              "latencyMaxNanos": 1234567,
                              "notifierP50Nanos": 2000,
                              "notifierP99Nanos": 9000,
                              "notifierMaxNanos": 80000
                            },
                            {
                              "relay": "THREAD",
                              "wakeups": 1100,
                              "wakeupsBlocked": 600,
                              "wakeupsRacing": 500,
                              "lost": 0,
                              "echoes": 900,
                              "rescues": 0,
                              "latencySamples": 400,
                              "latencyP50Nanos": 5000,
                              "latencyP99Nanos": 20000,
                              "latencyMaxNanos": 1234567,
                              "notifierP50Nanos": 4500,
                              "notifierP99Nanos": 9000,
                              "notifierMaxNanos": 80000
                            }
                          ],
                          "insurance": {
                            "loseOneIn": 100,
                            "hangMillis": 100,
                            "hangWithRelayMillis": 1000,
                            "trials": [
                              {
                                "relay": "OFF",
                                "wakeups": 200,
                                "dropped": 2,
                                "hangs": 2,
                                "rescues": 0,
                                "rescueP50Nanos": null,
                                "rescueP99Nanos": null,
                                "rescueMaxNanos": null
                              },
                              {
                                "relay": "THREAD",
                                "wakeups": 1000,
                                "dropped": 10,
                                "hangs": 0,
                                "rescues": 10,
                                "rescueP50Nanos": 9000,
                                "rescueP99Nanos": 9900,
                                "rescueMaxNanos": 12345
                              }
                            ]
                          },
                          "rescues": [
                            {
                              "provoked": true,
                              "relay": "THREAD",
                              "arming": 1234,
                              "state": "RUNG",
                              "doorbellReadable": false,
                              "monitor": "poll",
                              "work": true,
                              "bareWakeup": false,
                              "notifier": "main",
                              "asleepNanos": 31000,
                              "delayNanos": 36500,
                              "story": "Arming 1,234: the loop went to sleep in poll. After 31.0 us, thread \\"main\\" handed it work and found it armed, and answered (state RUNG). That thread rang the doorbell, but the loop's wait never found it readable: that ring was lost. 36.5 us later the relay (THREAD) woke the loop, which found the work. The doctor had this doorbell lost on purpose."
                            }
                          ],
                          "notMeasured": [
                            {
                              "relay": "PROCESS",
                              "reason": "line one\\u000aand t\\u00e9st"
                            }
                          ],
                          "allWell": true,
                          "verdict": "Reliable: none of 2,200 wake-ups was lost. You need no relay. It would make waking a blocked loop 2.50 us slower (THREAD)."
                        }""");
    }

    @Test
    void everyKeyIsDocumented() throws IOException {
        Path page = Path.of("docs/doctor.md");
        String documentation =
                Files.readString(Files.exists(page) ? page : Path.of("..").resolve(page));
        assertThat(Pattern.compile("\"(\\w+)\":")
                        .matcher(JsonReport.of(Samples.allWell()))
                        .results()
                        .map(key -> key.group(1).replaceFirst("P99Nanos$|MaxNanos$", "P50Nanos"))
                        .distinct()
                        .toList())
                .isNotEmpty()
                .allSatisfy(key -> assertThat(documentation).containsPattern("\\b" + key + "\\b"));
    }
}
