package org.cloister.agent.posture;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.agent.linux.Command;

/** Where the posture reads. Tests hand over texts. */
interface Source {

    /** What a file holds, without the blanks around it; empty if it is not there or refuses. */
    Optional<String> text(String path);

    /** The names in a directory, sorted; none if it is not there. */
    List<String> names(String directory);

    /** What a tool of the machine's prints; empty if it fails. */
    Optional<String> output(String... command);

    /** This machine. */
    Source MACHINE = new Source() {
        @Override
        public Optional<String> text(String path) {
            // Not Files.readString: it reads one byte of a file whose size is 0, and a number in /proc/sys has no
            // second
            // read (proc_dointvec in the kernel's sysctl.c).
            try (InputStream in = new FileInputStream(path)) {
                ByteArrayOutputStream whole = new ByteArrayOutputStream();
                byte[] part = new byte[65_536];
                for (int count = in.read(part); count > 0; count = in.read(part)) whole.write(part, 0, count);
                return Optional.of(whole.toString(StandardCharsets.UTF_8).strip());
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        @Override
        public List<String> names(String directory) {
            try (Stream<Path> children = Files.list(Path.of(directory))) {
                return children.map(path -> path.getFileName().toString())
                        .sorted()
                        .toList();
            } catch (IOException e) {
                return List.of();
            }
        }

        @Override
        public Optional<String> output(String... command) {
            try {
                return Optional.of(Command.run(List.of(command), "", 10));
            } catch (IOException e) {
                return Optional.empty();
            }
        }
    };
}
