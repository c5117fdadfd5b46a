package org.cloister.manager.ssh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class StrangersTest {

    private final Strangers<String> strangers = new Strangers<>();

    @Test
    void oneSourceHasSoManyPlacesAndNoMoreUntilOneIsLeft() {
        fill(1, Strangers.OF_ONE_SOURCE);
        assertEquals("more", strangers.enter("more", source(1)));
        assertTrue(strangers.leave("1-0"));
        assertNull(strangers.enter("more", source(1)));
    }

    @Test
    void whereAllIsFullWhoeverHasMostGivesUpItsOldest() {
        fill(1, 16);
        for (int source = 2; source <= 4; source++) fill(source, Strangers.OF_ONE_SOURCE);
        fill(5, 16);
        assertEquals("2-0", strangers.enter("bob", source(6)));
        assertEquals("3-0", strangers.enter("bob's second", source(6)));
        assertFalse(strangers.leave("2-0"), "its place is another's");
        assertTrue(strangers.leave("bob"));
    }

    @Test
    void whereAllIsFullWhoeverHasAsManyAsAnyGetsNoMore() {
        for (int source = 1; source <= 8; source++) fill(source, 16);
        assertEquals("more", strangers.enter("more", source(8)));
        assertEquals("1-0", strangers.enter("bob", source(9)));
    }

    @Test
    void manySourcesOfOneEachKeepNobodyOut() {
        for (int source = 0; source < Strangers.ALL; source++) fill(source, 1);
        assertEquals("0-0", strangers.enter("bob", source(200)));
    }

    private void fill(int source, int count) {
        for (int i = 0; i < count; i++) assertNull(strangers.enter(source + "-" + i, source(source)));
    }

    private static InetAddress source(int number) {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) number});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
