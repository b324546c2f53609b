package dev.aiocontext.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ParkingTest {
    private boolean requested;
    private final Parking parking = new Parking(() -> requested);

    @Test
    void aSignalIsNeededWhileTheRelayThreadIsParkedAndAtNoOtherTime() {
        assertThat(parking.isParked()).isFalse();
        assertThat(parking.park()).isTrue();
        assertThat(parking.isParked()).isTrue();
        parking.unpark();
        assertThat(parking.isParked()).isFalse();
    }

    @Test
    void doesNotParkWhereThereIsARequest() {
        requested = true;
        assertThat(parking.park()).isFalse();
        parking.unpark();
        requested = false;
        assertThat(parking.park()).isTrue();
    }
}
