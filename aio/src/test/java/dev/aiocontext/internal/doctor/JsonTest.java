package dev.aiocontext.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void writesValues() {
        assertThat(Json.of(null)).isEqualTo("null");
        assertThat(Json.of(true)).isEqualTo("true");
        assertThat(Json.of(1)).isEqualTo("1");
        assertThat(Json.of(Long.MIN_VALUE)).isEqualTo("-9223372036854775808");
        assertThat(Json.of(List.of())).isEqualTo("[]");
        assertThat(Json.of(Map.of())).isEqualTo("{}");
    }

    @Test
    void escapesWhatAStringMayNotHold() {
        assertThat(Json.of("a \"quote\", a \\, a\ttab, an \u00e9 and a \uD83D\uDE00"))
                .isEqualTo("\"a \\\"quote\\\", a \\\\, a\\u0009tab, an \\u00e9 and a \\ud83d\\ude00\"");
    }

    @Test
    void nestsAndKeepsTheOrder() {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("z", List.of(1, Map.of("k", "v")));
        object.put("a", null);
        assertThat(Json.of(object)).isEqualTo("""
                        {
                          "z": [
                            1,
                            {
                              "k": "v"
                            }
                          ],
                          "a": null
                        }""");
    }

    @Test
    void refusesWhatJsonHasNot() {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.of(1.5));
    }
}
