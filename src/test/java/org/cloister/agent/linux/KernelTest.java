package org.cloister.agent.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The system calls against the kernel that runs this. */
class KernelTest {

    @TempDir
    Path directory;

    @BeforeAll
    static void root() {
        assumeTrue(System.getProperty("user.name").equals("root"), "these calls need root; ops/test runs as root");
    }

    @Test
    void aPathBelowARootCannotLeaveItThroughALink() throws IOException {
        Files.writeString(directory.resolve("inside"), "x");
        Files.createSymbolicLink(directory.resolve("out"), Path.of("/etc/passwd"));
        try (Fd root = Linux.open(directory.toString(), Linux.O_PATH | Linux.O_DIRECTORY)) {
            long resolve = Linux.RESOLVE_IN_ROOT | Linux.RESOLVE_NO_SYMLINKS;
            SyscallException refused = assertThrows(
                    SyscallException.class, () -> Linux.openat2(root.number(), "out", Linux.O_RDONLY, 0, resolve));
            assertEquals(Errno.ELOOP, refused.errno());
            assertThrows(
                    SyscallException.class,
                    () -> Linux.openat2(root.number(), "../../../../etc/passwd", Linux.O_RDONLY, 0, resolve));
            Linux.openat2(root.number(), "inside", Linux.O_RDONLY, 0, resolve).close();
        }
    }

    @Test
    void aMountIsAttachedAndTakenAwayWhileSomethingOfItIsOpen() throws IOException {
        Path at = Files.createDirectory(directory.resolve("mount"));
        try (Fd context = Mounts.fsopen("tmpfs")) {
            Mounts.fsconfigCreate(context);
            try (Fd mount = Mounts.fsmount(context, Mounts.MOUNT_ATTR_NODEV)) {
                Mounts.moveMount(mount, at.toString());
            }
        }
        Files.writeString(at.resolve("file"), "x");
        try (Fd open = Linux.open(at.resolve("file").toString(), Linux.O_RDONLY)) {
            Mounts.unmount(at.toString());
            assertTrue(Files.notExists(at.resolve("file")));
            assertEquals("x", Files.readString(Path.of(open.path())));
        }
        SyscallException refused = assertThrows(SyscallException.class, () -> Mounts.unmount(at.toString()));
        assertEquals(Errno.EINVAL, refused.errno());
    }

    @Test
    void aFailingCallSaysWhatWasCalledWithWhatAndWhy() {
        SyscallException e = assertThrows(SyscallException.class, () -> Linux.open("/nowhere/at/all", Linux.O_RDONLY));
        assertEquals("openat(/nowhere/at/all): ENOENT", e.getMessage());
        assertEquals("openat", e.call());
    }

    @Test
    void aClosedDescriptorIsNotUsedAgain() throws IOException {
        Fd fd = Linux.open("/dev/null", Linux.O_RDONLY);
        fd.close();
        fd.close();
        assertThrows(IllegalStateException.class, fd::number);
    }

    @Test
    void packetsKeepTheirBoundariesAndCarryDescriptors() throws IOException {
        SeqPacket[] ends = SeqPacket.pair();
        try (SeqPacket one = ends[0];
                SeqPacket other = ends[1]) {
            Fd[] pipe = Linux.pipe();
            one.send(List.of(pipe[1]), List.of("attach", "", "dev/null"));
            one.send(List.of(), List.of("go"));
            pipe[1].close();
            SeqPacket.Packet first = other.receive(60);
            assertEquals("attach\0\0dev/null\0", first.text());
            assertEquals("go\0", other.receive(60).text());
            try (Fd passed = first.descriptors().getFirst()) {
                Linux.write(passed, "through".getBytes(StandardCharsets.UTF_8));
            }
            assertArrayEquals("through".getBytes(StandardCharsets.UTF_8), Linux.readAll(pipe[0], 100, 60));
            pipe[0].close();
            one.close();
            assertNull(other.receive(60));
        }
    }

    @Test
    void aStreamThatDoesNotEndIsNotWaitedForForever() throws IOException {
        Fd[] pipe = Linux.pipe();
        try (Fd reading = pipe[0];
                Fd writing = pipe[1]) {
            Linux.write(writing, new byte[10]);
            assertThrows(IOException.class, () -> Linux.readAll(reading, 100, 1));
            assertThrows(IOException.class, () -> Linux.readAll(reading, 0, 1));
        }
    }

    @Test
    void aSealedProgramCannotBeChanged() throws IOException {
        try (Fd program = Linux.sealedProgram(Files.readAllBytes(Path.of("/bin/true")))) {
            assertThrows(SyscallException.class, () -> Linux.write(program, new byte[1]));
            assertEquals(Files.size(Path.of("/bin/true")), Files.size(Path.of(program.path())));
        }
    }

    @Test
    void aSpawnedProgramHasNoSignalIgnoredAndNoEnvironment() throws IOException {
        Fd[] out = Linux.pipe();
        try (Fd reading = out[0];
                Fd nothing = Linux.open("/dev/null", Linux.O_RDWR)) {
            int pid = Linux.posixSpawn(
                    "/bin/cat",
                    List.of("cat", "/proc/self/status", "/proc/self/environ"),
                    List.of(nothing, out[1], nothing));
            out[1].close();
            String status = new String(Linux.readAll(reading, 100_000, 60), StandardCharsets.UTF_8);
            assertEquals(0, Linux.waitpid(pid));
            // 32 and 33 are glibc's own: it neither names nor resets them
            assertTrue(status.matches("(?s).*SigIgn:\\t0000000[01]80000000\n.*|(?s).*SigIgn:\\t0{16}\n.*"), status);
            assertTrue(status.contains("SigBlk:\t0000000000000000"), status);
            assertTrue(!status.contains("PATH="), status);
        }
    }

    @Test
    void aSpawnOfNothingFails() throws IOException {
        try (Fd nothing = Linux.open("/dev/null", Linux.O_RDWR)) {
            assertThrows(
                    SyscallException.class,
                    () -> Linux.posixSpawn("/no/such/program", List.of("x"), List.of(nothing, nothing, nothing)));
        }
    }

    @Test
    void aProcessIsSignalledThroughItsDescriptorAndNoOtherOne() throws Exception {
        Process sleeper = new ProcessBuilder("sleep", "60").start();
        try (Fd process = Linux.pidfdOpen((int) sleeper.pid())) {
            Linux.pidfdSendSignal(process, 0);
            Linux.pidfdSendSignal(process, Linux.SIGKILL);
            assertEquals(137, sleeper.waitFor());
            SyscallException gone = assertThrows(SyscallException.class, () -> Linux.pidfdSendSignal(process, 0));
            assertEquals(Errno.ESRCH, gone.errno());
        }
    }

    @Test
    void oneThreadJoinsANetworkNamespaceAndTheOthersStay() throws Exception {
        Process holder = new ProcessBuilder("unshare", "--net", "sleep", "600").start();
        try {
            Path theirs = Path.of("/proc", Long.toString(holder.pid()), "ns/net");
            Path ours = Path.of("/proc/self/ns/net");
            while (Files.readSymbolicLink(theirs).equals(Files.readSymbolicLink(ours))) Thread.onSpinWait();
            String[] seen = new String[1];
            Thread thread = Thread.ofPlatform().start(() -> {
                try (Fd namespace = Linux.open(theirs.toString(), Linux.O_RDONLY)) {
                    Linux.setns(namespace, Linux.CLONE_NEWNET);
                    seen[0] = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"))
                            .toString();
                } catch (IOException e) {
                    seen[0] = e.toString();
                }
            });
            thread.join();
            assertEquals(Files.readSymbolicLink(theirs).toString(), seen[0]);
            assertTrue(!seen[0].equals(
                    Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString()));
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void aMountIsMadeWithoutAPlaceAndKeepsItsFlags() throws IOException {
        try (Fd context = Mounts.fsopen("tmpfs")) {
            Mounts.fsconfigString(context, "size", "1m");
            Mounts.fsconfigCreate(context);
            try (Fd mount = Mounts.fsmount(context, Mounts.MOUNT_ATTR_RDONLY)) {
                SyscallException refused =
                        assertThrows(SyscallException.class, () -> Linux.mkdirat(mount.number(), "x", 0755));
                assertEquals("EROFS", Errno.name(refused.errno()));
                assertEquals(0x01021994, Linux.fileSystemType(mount.path()), "TMPFS_MAGIC");
            }
        }
        assertThrows(SyscallException.class, () -> Mounts.fsopen("nosuchfs"));
    }

    @Test
    void aTreeIsCopiedAndItsMountSetReadOnlyWithoutTouchingTheOriginal() throws IOException {
        try (Fd copy = Mounts.openTree(Linux.AT_FDCWD, "/dev", true)) {
            Mounts.mountSetattr(copy, Mounts.MOUNT_ATTR_RDONLY | Mounts.MOUNT_ATTR_NOEXEC, 0, null);
            assertThrows(
                    SyscallException.class,
                    () -> Linux.openat(copy.number(), "cloister-test", Linux.O_WRONLY | Linux.O_CREAT, 0600));
        }
        assertTrue(Files.isWritable(Path.of("/dev")));
    }

    @Test
    void whatIsMountedOnACopyOfASharedTreeDoesNotAppearInTheTree() throws IOException {
        Path shared = Files.createDirectory(directory.resolve("shared"));
        Path copied = Files.createDirectory(directory.resolve("copied"));
        Command.run(List.of("mount", "-t", "tmpfs", "none", shared.toString()));
        Command.run(List.of("mount", "--make-shared", shared.toString()));
        try {
            Files.createDirectory(shared.resolve("below"));
            try (Fd copy = Mounts.openTree(Linux.AT_FDCWD, shared.toString(), true)) {
                Mounts.mountSetattr(copy, Mounts.MOUNT_ATTR_NOSUID, 0, null);
                Mounts.moveMount(copy, copied.toString());
            }
            Command.run(List.of(
                    "mount", "-t", "tmpfs", "none", copied.resolve("below").toString()));
            Files.writeString(copied.resolve("below/file"), "x");
            assertTrue(Files.notExists(shared.resolve("below/file")));
        } finally {
            Command.run(List.of("umount", "-R", copied.toString()));
            Command.run(List.of("umount", "-R", shared.toString()));
        }
    }

    @Test
    void aToolThatFailsIsQuoted() {
        IOException e = assertThrows(IOException.class, () -> Command.run(List.of("ls", "/no/such/directory")));
        assertTrue(e.getMessage().contains("No such file or directory"), e.getMessage());
    }

    @Test
    void aToolThatHangsIsEnded() {
        long began = System.nanoTime();
        IOException e = assertThrows(IOException.class, () -> Command.run(List.of("sleep", "600"), "", 1));
        assertTrue(e.getMessage().contains("more than 1 s"), e.getMessage());
        assertTrue(System.nanoTime() - began < 60_000_000_000L);
    }

    @Test
    void aToolThatIsMissingIsNamedWithTheRemedy() {
        IOException e = assertThrows(IOException.class, () -> Command.run(List.of("no-such-tool")));
        assertTrue(e.getMessage().contains("ops/up"), e.getMessage());
    }
}
