package org.cloister.agent.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cloister.protocol.ChainLink;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Reply;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The anchor gets a line for each record, and holds nobody up where it cannot be written. */
class AnchorTest {

    @TempDir
    Path home;

    private Path file;

    @BeforeEach
    void name() {
        file = home.resolve("anchor");
    }

    private Chain chain(Path anchor) throws IOException {
        Chain chain = new Chain(home, home.resolve("signers"), "here", new Anchor(anchor));
        chain.begin();
        return chain;
    }

    private static Reply.Sealed seal(Chain chain) throws IOException {
        return chain.seal(Frames.JSON.createObjectNode().put("schema", "cloister-audit/1"));
    }

    private static String head(Reply.Sealed sealed) throws IOException {
        return ChainLink.of(sealed.document().getBytes(StandardCharsets.UTF_8)).head();
    }

    private List<String> heads() throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.replaceFirst(" .*", ""))
                .toList();
    }

    @Test
    void aDirectoryAFullDiskAndAPipeThatNobodyReadsHoldNobodyUpAndAreTold() throws Exception {
        Path pipe = home.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        for (Path bad : List.of(home, Path.of("/dev/full"), pipe, home.resolve("none/such"))) {
            Chain chain = chain(bad);
            long begun = System.nanoTime();
            Reply.Sealed sealed = seal(chain);
            assertTrue(System.nanoTime() - begun < 30_000_000_000L, "somebody waited for " + bad);
            assertTrue(sealed.anchorFault() != null && sealed.anchorFault().contains(bad.toString()), bad.toString());
        }
    }

    @Test
    void eachRecordGetsALine() throws IOException {
        Chain chain = chain(file);
        Reply.Sealed one = seal(chain);
        Reply.Sealed two = seal(chain);
        assertNull(two.anchorFault());
        assertEquals(List.of(head(one), head(two)), heads());
        assertTrue(Files.readAllLines(file).getFirst().endsWith(" cloister-audit/1 here"));
    }

    @Test
    void whatWasNotWrittenBeforeACrashIsWrittenAtTheNextStartAfterWhatIsThere() throws IOException {
        Reply.Sealed one = seal(chain(file));
        Chain unanchored = new Chain(home, home.resolve("signers"), "here", new Anchor(null));
        Reply.Sealed two = seal(unanchored);
        Reply.Sealed three = seal(unanchored);
        Files.writeString(file, Files.readString(file) + "2:half a li");
        Reply.Sealed four = seal(chain(file));
        assertNull(four.anchorFault());
        assertEquals(List.of(head(one), "2:half", head(two), head(three), head(four)), heads());
    }

    @Test
    void anAnchorThatIsThereAgainGetsWhatItMissed() throws IOException {
        Path directory = home.resolve("mount");
        file = directory.resolve("anchor");
        Chain chain = chain(file);
        Reply.Sealed one = seal(chain);
        assertTrue(one.anchorFault() != null);
        Files.createDirectory(directory);
        Reply.Sealed two = seal(chain);
        assertEquals(List.of(head(one), head(two)), heads());
    }
}
