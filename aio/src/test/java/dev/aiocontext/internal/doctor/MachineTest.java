package dev.aiocontext.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineTest {
    @ParameterizedTest
    @CsvSource({
        "22.0.1+8, false",
        "24.0.2+12, false",
        "25+36, true",
        "25.0.1+8, true",
        "25.0.2+10, true",
        "25.0.3+9, false",
        "26+35, false"
    })
    void tellsThatAJdkLosesWakeupsOfVirtualThreads(String version, boolean loses) {
        String jdk = Machine.jdk(Runtime.Version.parse(version), "Acme");
        assertThat(jdk).startsWith(version + ", Acme");
        assertThat(jdk.contains("JDK-8369227")).isEqualTo(loses);
    }
}
