package org.cloister.manager.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceSourceTest {

    @ParameterizedTest
    @CsvSource({"127.0.0.1:8080, 127.0.0.1, 8080", "[::1]:80, ::1, 80", "0.0.0.0:18081, 0.0.0.0, 18081"})
    void anAddressAndAPortAreSplit(String address, String host, String port) {
        InstanceSource source = new InstanceSource(address);
        assertEquals(host, source.getValue("quarkus.http.host"));
        assertEquals(port, source.getValue("quarkus.http.port"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8080", ":8080", "localhost", "localhost:", "localhost:http", "127.0.0.1:123456"})
    void whatIsNotAnAddressAndAPortStopsTheStart(String address) {
        var refused = assertThrows(IllegalArgumentException.class, () -> new InstanceSource(address));
        assertTrue(refused.getMessage().contains("127.0.0.1:8080"), refused.getMessage());
    }
}
