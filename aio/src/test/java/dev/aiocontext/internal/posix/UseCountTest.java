package dev.aiocontext.internal.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UseCountTest {
    private final UseCount uses = new UseCount();

    @Test
    void whoeverClosesAnUnusedObjectReleasesIt() {
        assertThat(uses.close()).isTrue();
        assertThat(uses.isClosed()).isTrue();
        assertThat(uses.close()).isFalse();
        assertThat(uses.enter()).isFalse();
    }

    @Test
    void theLastUserReleasesAnObjectClosedMeanwhile() {
        assertThat(uses.enter()).isTrue();
        assertThat(uses.enter()).isTrue();
        assertThat(uses.close()).isFalse();
        assertThat(uses.enter()).isFalse();
        assertThat(uses.exit()).isFalse();
        assertThat(uses.exit()).isTrue();
    }

    @Test
    void usersOfAnOpenObjectDoNotReleaseIt() {
        assertThat(uses.enter()).isTrue();
        assertThat(uses.exit()).isFalse();
        assertThat(uses.isClosed()).isFalse();
    }
}
