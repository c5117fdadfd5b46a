package org.cloister.manager.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.cloister.manager.problem.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands before a key: refused wherever it could be misunderstood, then what each option means. */
class KeyOptionsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nonsense                               | nonsense is not known",
                "nonsense=\"1\"                         | nonsense is not known",
                "tunnel=\"1\"                           | tunnel is not known",
                "no-such-thing,no-pty                   | no-such-thing is not known",
                "x11-forwarding                         | not possible here",
                "from                                   | needs a value",
                "from=10.0.0.1                          | cannot be read",
                "from=\"10.0.0.1                         | cannot be read",
                "no-pty,,restrict                       | cannot be read",
                "no-pty, restrict                       | cannot be read",
                ",no-pty                                | cannot be read",
                "no-pty,                                | cannot be read",
                "no-pty restrict                        | a blank between",
                "from=\"10.0.0.1\",from=\"10.0.0.2\"      | twice",
                "from=\"\"                               | addresses and networks",
                "from=\"example.org\"                    | Host names are not looked up",
                "from=\"*.example.org\"                  | Host names are not looked up",
                "from=\"10.0.0.1,,10.0.0.2\"             | addresses and networks",
                "from=\"10.0.0.256\"                     | addresses and networks",
                "from=\"10.0.0.01\"                      | addresses and networks",
                "from=\"10.0.1\"                         | addresses and networks",
                "from=\"2001:db8::/129\"                 | up to 128",
                "from=\"10.0.0.0/33\"                    | up to 32",
                "from=\"10.0.0.0/-1\"                    | up to 32",
                "from=\"10.0.0.0/08\"                    | up to 32",
                "from=\"10.0.0.1/8\"                     | behind its length",
                "from=\"::ffff:10.0.0.1\"                | addresses and networks",
                "from=\"fe80::1%eth0\"                   | addresses and networks",
                "from=\"!10.0.0.1\"                      | matches nobody",
                "expiry-time=\"tomorrow\"                | YYYYMMDD",
                "expiry-time=\"20300230\"                | YYYYMMDD",
                "expiry-time=\"203001012460\"            | YYYYMMDD",
                "expiry-time=\"2030010\"                 | YYYYMMDD",
                "expiry-time=\"20300101z\"               | YYYYMMDD",
                "command=\"\"                            | takes a command",
                "permitopen=\"8080\"                     | host:port",
                "permitopen=\"localhost\"                | host:port",
                "permitopen=\"localhost:0\"              | host:port",
                "permitopen=\"localhost:65536\"          | host:port",
                "permitopen=\"::1:80\"                   | host:port",
                "permitopen=\"local host:80\"            | host:port",
                "permitlisten=\"80a\"                    | [host:]port",
                "environment=\"LD_PRELOAD=/tmp/x\"       | for the names LANG",
                "environment=\"LANG\"                    | NAME=value",
                "environment=\"LANG=a\",environment=\"LANG=b\" | set twice",
                "user=\"Root\"                           | names of users",
                "user=\"a,,b\"                           | names of users",
                "user=\"../etc\"                         | names of users",
                "principals=\"alice\"                    | cert-authority",
                "cert-authority,principals=\"a b\"       | takes names",
            })
    void whatIsUnknownOrDamagedIsRefused(String options, String expected) {
        Refusal refusal = assertThrows(Refusal.class, () -> KeyOptions.parse(options));
        assertEquals("sshKeys", refusal.field());
        assertTrue(refusal.sentence().contains(expected), refusal.sentence());
    }

    @ParameterizedTest
    @ValueSource(strings = {"command=\"a\u0000b\"", "command=\"a\nb\"", "from=\"\u001b\""})
    void aControlCharacterIsRefused(String options) {
        Refusal refusal = assertThrows(Refusal.class, () -> KeyOptions.parse(options));
        assertTrue(refusal.sentence().contains("control character"), refusal.sentence());
    }

    @Test
    void whatIsTooLongOrTooManyIsRefused() {
        assertThrows(Refusal.class, () -> KeyOptions.parse("command=\"" + "a".repeat(4097) + "\""));
        assertThrows(Refusal.class, () -> KeyOptions.parse("no-pty" + ",no-pty".repeat(64)));
        assertThrows(
                Refusal.class,
                () -> KeyOptions.parse("no-pty" + (",permitopen=\"" + "a".repeat(250) + ":1\"").repeat(60)));
    }

    @Test
    void theLaterOneOfTwoThatDisagreeHolds() {
        KeyOptions options = KeyOptions.parse("restrict,pty,agent-forwarding,no-agent-forwarding");
        assertTrue(options.terminal());
        assertFalse(options.forwarding());
        assertFalse(options.agent());
        assertFalse(KeyOptions.parse("pty,restrict").terminal());
    }

    @Test
    void namesOfOptionsHaveNoCase() {
        assertFalse(KeyOptions.parse("No-PTY").terminal());
    }

    @Test
    void aTimeIsTheMachinesOwnUnlessItSaysUtc() {
        assertEquals(Instant.parse("2030-12-31T23:59:00Z"), expiry("203012312359Z"));
        assertEquals(Instant.parse("2030-12-31T00:00:00Z"), expiry("20301231Z"));
        assertEquals(
                LocalDateTime.of(2030, 12, 31, 23, 59, 58)
                        .atZone(ZoneId.systemDefault())
                        .toInstant(),
                expiry("20301231235958"));
    }

    private static Instant expiry(String time) {
        return KeyOptions.parse("expiry-time=\"" + time + "\"").expiresAt();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.0/8                | 11.0.0.1         | false",
                "10.0.0.0/8                | 10.255.0.1       | true",
                "10.0.0.0/8,!10.1.2.3      | 10.1.2.3         | false",
                "!10.1.2.3,10.0.0.0/8      | 10.1.2.4         | true",
                "*,!10.0.0.0/8             | 10.1.2.4         | false",
                "*                         | 2001:db8::1      | true",
                "0.0.0.0/0                 | 2001:db8::1      | false",
                "192.0.2.7                 | 192.0.2.70       | false",
                "192.0.2.?                 | 192.0.2.70       | false",
                "192.0.2.?                 | 192.0.2.7        | true",
                "192.0.*                   | 192.0.2.7        | true",
                "192.0.*                   | 2001:db8::1      | false",
                "10.0.0.0/31               | 10.0.0.2         | false",
                "10.0.0.0/31               | 10.0.0.1         | true",
                "2001:db8::/32             | 2001:db9::1      | false",
                "2001:db8::/32             | 2001:db8:1::1    | true",
                "2001:db8::1               | 2001:db8::1      | true",
                "::/0                      | 192.0.2.7        | false",
                "10.0.0.0/8, 192.0.2.0/24  | 192.0.2.9        | true",
            })
    void fromTakesInWhatItListsAndNothingThatItLeavesOut(String list, String address, boolean expected)
            throws Exception {
        AddressPatterns from = KeyOptions.parse("from=\"" + list + "\"").from();
        assertEquals(expected, from.match(InetAddress.getByName(address)));
    }

    @Test
    void aPlaceIsTakenByItsNameAndNothingIsLookedUp() {
        Destination open =
                KeyOptions.parse("permitopen=\"localhost:80\"").opens().getFirst();
        assertFalse(open.matches("127.0.0.1", 80));
        assertFalse(open.matches("localhost", 81));
        assertTrue(open.matches("localhost", 80));
        Destination six = KeyOptions.parse("permitopen=\"[::1]:*\"").opens().getFirst();
        assertTrue(six.matches("::1", 5432));
        Destination listen =
                KeyOptions.parse("permitlisten=\"10.*:8080\"").listens().getFirst();
        assertFalse(listen.matches("11.0.0.1", 8080));
        assertTrue(listen.matches("10.9.9.9", 8080));
        assertTrue(
                KeyOptions.parse("permitlisten=\"8080\"").listens().getFirst().matches("*", 8080));
    }

    /** With the pattern as a regular expression this would not end. */
    @Test
    void aPatternOfManyStarsTakesNoTime() {
        Destination listen = KeyOptions.parse("permitlisten=\"" + "*a".repeat(100) + "b:80\"")
                .listens()
                .getFirst();
        assertFalse(listen.matches("a".repeat(32_000), 80));
    }

    @Test
    void whatIsWrittenIsReadAgainAsTheSame() {
        KeyOptions options =
                KeyOptions.parse("cert-authority,principals=\"alice,alice+www-data\",user=\"root,www-data\","
                        + "from=\"10.0.0.0/8,!10.0.0.1\",expiry-time=\"20991231\",command=\"echo \\\"a\\\\ b\\\"\",restrict,"
                        + "pty,permitopen=\"[::1]:80\",permitopen=\"*:*\",permitlisten=\"8080\","
                        + "environment=\"LANG=de_DE.UTF-8\",environment=\"LC_ALL=C\"");
        assertEquals(options.text(), KeyOptions.parse(options.text()).text());
        assertEquals(List.of("alice", "alice+www-data"), options.principals());
        assertEquals(List.of("root", "www-data"), options.users());
        assertEquals(Map.of("LANG", "de_DE.UTF-8", "LC_ALL", "C"), options.environment());
        assertEquals("", KeyOptions.parse("no-x11-forwarding,no-user-rc").text());
        assertEquals("", KeyOptions.NONE.text());
    }
}
