package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.agent.linux.Linux;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * A tenant whose own root file system was made into a trap, and everything that the product does to a tenant. Each
 * operation works or is refused with a sentence, soon; nothing of the host is changed or so much as read; the neighbour
 * is served all the while.
 */
@Order(310)
class HostileRootTest {

    /** Half of all operations of a kind; what else the machine does makes some of them longer. */
    private static final Duration USUAL = Duration.ofSeconds(15);

    /** Each of them. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final Map<String, List<Duration>> TOOK = new TreeMap<>();
    private static final Duration NEIGHBOUR = Duration.ofSeconds(30);

    /** Spoiled together: nothing depends on more than one of them. */
    private static final List<List<String>> FILES = List.of(
            List.of("etc/passwd"),
            List.of("etc/group", "etc/hostname", "etc/resolv.conf", "root/.ssh"),
            List.of("usr/bin/bash", "usr/bin/dash"));

    private static final List<String> MOUNT_POINTS = List.of("dev", "proc", "sys", "tmp", "run");

    private static Instance instance;

    @BeforeAll
    static void connect() {
        instance = Instance.assumeRunning();
    }

    /** How an operation ended: an answer of the API, or an ssh client's exit. */
    private record Ending(boolean well, String said) {}

    private interface Operation {
        Ending run();
    }

    /** In their order: from a stopped tenant with its trap to a stopped one again. */
    private static Map<String, Operation> operations(TenantHandle eve) {
        Map<String, Operation> all = new LinkedHashMap<>();
        all.put("start", () -> change("POST", "/tenants/eve/start"));
        all.put("usage", () -> ending(instance.get("/tenants/eve/usage")));
        all.put("processes", () -> ending(instance.get("/tenants/eve/processes")));
        all.put("login", () -> login(eve, "-T"));
        all.put("login with a terminal", () -> login(eve, "-tt"));
        all.put(
                "key change",
                () -> ending(
                        instance.request("POST", "/tenants/eve/keys", Map.of("sshKeys", List.of(eve.publicKey())))));
        all.put("snapshot", () -> change("POST", "/tenants/eve/snapshots"));
        all.put("restart", () -> change("POST", "/tenants/eve/restart"));
        all.put("stop", () -> change("POST", "/tenants/eve/stop"));
        return all;
    }

    @Test
    void theSentinelsNoticeAReadAndAChange() throws IOException {
        try (Sentinel sentinel = Sentinel.make()) {
            String before = sentinel.look();
            assertEquals(List.of(), sentinel.changesSince(before), "looking changes nothing");
            Files.readString(sentinel.directory().resolve("passwd"));
            String read = sentinel.look();
            assertNotEquals(before, read, "a read is not noticed: /var/tmp is mounted noatime");
            Files.setLastModifiedTime(
                    sentinel.directory().resolve("dev/file"), java.nio.file.attribute.FileTime.fromMillis(0));
            assertNotEquals(read, sentinel.look());
        }
    }

    @Test
    void filesThatAreTrapsHinderNothingAndReachNothingOutside() throws Exception {
        inEveryState(FILES, true);
    }

    @Test
    void mountPointsThatAreTrapsHinderNothingAndReachNothingOutside() throws Exception {
        inEveryState(MOUNT_POINTS.stream().map(List::of).toList(), false);
    }

    /** @param starts whether Eve must start all the same: then only her own login may fail */
    private static void inEveryState(List<List<String>> targets, boolean starts) throws Exception {
        List<String> faults = new ArrayList<>();
        try (TenantHandle eve = instance.tenant("eve", Map.of("start", false));
                TenantHandle bob = instance.tenant("bob");
                Sentinel sentinel = Sentinel.make();
                Neighbour neighbour = new Neighbour(bob)) {
            String clean = "/tenants/eve/snapshots/"
                    + instance.change("POST", "/tenants/eve/snapshots", Map.of("note", "clean"))
                            .expect(201)
                            .json()
                            .get("id")
                            .asText();
            String before = sentinel.look();
            for (List<String> files : targets)
                for (Spoiler spoiler : Spoiler.ALL) {
                    for (String file : files) spoiler.spoil(root(eve), file, sentinel.directory());
                    String trap = String.join(", ", files) + ": " + spoiler;
                    operations(eve).forEach((name, operation) -> {
                        Ending ending = timed(trap + ": " + name, operation, faults);
                        boolean must = starts
                                ? !name.startsWith("login")
                                : isFree(name) || spoiler.name().equals("missing");
                        if (must && !ending.well()) faults.add(trap + ": " + name + ": " + ending.said());
                        if (!ending.well() && !isSentence(ending.said()))
                            faults.add(trap + ": " + name + ": no sentence: " + ending.said());
                    });
                    Ending restored = timed(trap + ": restore", () -> change("POST", clean + "/restore"), faults);
                    if (!restored.well()) faults.add(trap + ": restore: " + restored.said());
                    assertEquals(List.of(), sentinel.changesSince(before), "outside, after " + trap);
                    forgetSnapshots("clean");
                }
            System.out.println(neighbour.served());
            assertTrue(neighbour.worst() < NEIGHBOUR.toMillis(), "the neighbour waited " + neighbour.worst() + " ms");
            instance.change("POST", "/tenants/eve/start", null).expect(200);
            assertEquals("in\n", eve.ssh("echo in").out(), "Eve's own way in, once her files are whole again");
        }
        assertEquals(List.of(), faults);
    }

    /** What needs nothing of the tenant's files. */
    private static boolean isFree(String operation) {
        return List.of("key change", "snapshot", "stop").contains(operation);
    }

    /** A link of hers would lead a mask away from what it is to cover. */
    @Test
    void nothingIsMountedThroughALinkEvenIfItLeadsNowhereElse() throws Exception {
        try (TenantHandle eve = instance.tenant("eve", Map.of("start", false))) {
            Files.createDirectory(root(eve).resolve("root/mine"));
            for (String name : MOUNT_POINTS) {
                Path point = root(eve).resolve(name);
                Path aside = point.resolveSibling(name + ".aside");
                Files.move(point, aside);
                Files.createSymbolicLink(point, Path.of("root/mine"));
                Ending ending = change("POST", "/tenants/eve/start");
                assertTrue(!ending.well() && isSentence(ending.said()), name + ": " + ending);
                Files.delete(point);
                Files.move(aside, point);
            }
            instance.change("POST", "/tenants/eve/start", null).expect(200);
            assertEquals("in\n", eve.ssh("echo in").out(), "Eve's own way in, once they are directories again");
        }
    }

    /** Eve, while she runs, cannot move her mount points away; from outside they may change at any moment. */
    @Test
    void aLoopThatSwapsDirectoriesForLinksOutWinsNoRace() throws Exception {
        try (TenantHandle eve = instance.tenant("eve");
                TenantHandle bob = instance.tenant("bob");
                Sentinel sentinel = Sentinel.make();
                Neighbour neighbour = new Neighbour(bob)) {
            assertNotEquals(0, eve.ssh("mv /dev /elsewhere").exit());
            String before = sentinel.look();
            AtomicBoolean over = new AtomicBoolean();
            List<Thread> swappers = new ArrayList<>();
            for (String name : List.of("dev", "tmp", "etc"))
                swappers.add(
                        Thread.ofPlatform().start(() -> swap(root(eve).resolve(name), sentinel.directory(), over)));
            List<String> faults = new ArrayList<>();
            int started = 0;
            try {
                for (int round = 0; round < 8; round++)
                    for (var operation : operations(eve).entrySet()) {
                        Ending ending = timed(operation.getKey(), operation.getValue(), faults);
                        if (operation.getKey().equals("start") && ending.well()) started++;
                        if (!ending.well() && !isSentence(ending.said()))
                            faults.add(operation.getKey() + ": no sentence: " + ending.said());
                        assertEquals(List.of(), sentinel.changesSince(before), "outside, after " + operation.getKey());
                    }
            } finally {
                over.set(true);
                for (Thread swapper : swappers) swapper.join();
            }
            System.out.println("started " + started + " times of 8 in spite of the swaps; " + neighbour.served());
            assertEquals(List.of(), faults);
            assertTrue(neighbour.worst() < NEIGHBOUR.toMillis(), "the neighbour waited " + neighbour.worst() + " ms");
            instance.change("POST", "/tenants/eve/start", null).expect(200);
            assertEquals("in\n", eve.ssh("echo in").out());
        }
    }

    @Test
    void aTenantIsDeletedWhateverItsRootIs() throws Exception {
        List<String> faults = new ArrayList<>();
        try (Sentinel sentinel = Sentinel.make()) {
            String before = sentinel.look();
            for (Spoiler spoiler : Spoiler.ALL)
                try (TenantHandle eve = instance.tenant("eve", Map.of("start", false))) {
                    Path root = root(eve);
                    for (List<String> files : FILES)
                        for (String file : files) spoiler.spoil(root, file, sentinel.directory());
                    for (String name : MOUNT_POINTS) spoiler.spoil(root, name, sentinel.directory());
                    change("POST", "/tenants/eve/start");
                    Ending deleted = timed(
                            spoiler + ": delete",
                            () -> ending(instance.change("DELETE", "/tenants/eve", null)),
                            faults);
                    if (!deleted.well() || Files.exists(root)) faults.add(spoiler + ": " + deleted);
                    assertEquals(List.of(), sentinel.changesSince(before), "outside, after " + spoiler);
                }
        }
        assertEquals(List.of(), faults);
    }

    private static void swap(Path name, Path out, AtomicBoolean over) {
        Path other = name.resolveSibling(name.getFileName() + ".other");
        try {
            Files.createSymbolicLink(other, out.resolve(name.getFileName()));
            while (!over.get() || Files.isSymbolicLink(name)) {
                Linux.exchange(name.toString(), other.toString());
                TimeUnit.MICROSECONDS.sleep(200);
            }
            Files.delete(other);
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterAll
    static void halfOfAllOperationsOfAKindTakeNoLongerThanUsual() {
        TOOK.forEach((kind, all) -> {
            Duration median = all.stream().sorted().toList().get(all.size() / 2);
            System.out.println(kind + ": " + all.size() + " times, median " + median.toMillis() + " ms");
            assertTrue(median.compareTo(USUAL) < 0, kind + " took " + all);
        });
    }

    private static Ending timed(String what, Operation operation, List<String> faults) {
        long began = System.nanoTime();
        Ending ending = operation.run();
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        TOOK.computeIfAbsent(what.substring(what.lastIndexOf(' ') + 1), kind -> new ArrayList<>())
                .add(took);
        if (took.compareTo(DEADLINE) > 0) faults.add(what + " took " + took.toMillis() + " ms");
        return ending;
    }

    /** A change that is waited for; what is not done then counts as neither. */
    private static Ending change(String method, String path) {
        return ending(instance.change(method, path, null));
    }

    private static Ending ending(Instance.Answer answer) {
        if (answer.status() == 202) return new Ending(false, "unfinished");
        return new Ending(
                answer.status() / 100 == 2,
                answer.status() / 100 == 2 ? "" : answer.json().path("detail").asText());
    }

    private static Ending login(TenantHandle eve, String terminal) {
        Command.Outcome outcome = Command.run(eve.sshCommand(List.of(terminal), "echo in"), new byte[0], Command.LONG);
        return new Ending(outcome.out().strip().equals("in"), outcome.out() + outcome.stderr());
    }

    /** Words with a blank between, and none of the machine's own for something that went wrong. */
    private static boolean isSentence(String said) {
        return said.strip().contains(" ") && !said.contains("Exception") && !said.contains("(E");
    }

    private static void forgetSnapshots(String but) {
        for (var snapshot : instance.get("/tenants/eve/snapshots").expect(200).json())
            if (!snapshot.get("note").asText().equals(but))
                instance.change(
                                "DELETE",
                                "/tenants/eve/snapshots/" + snapshot.get("id").asText(),
                                null)
                        .expect(204);
    }

    private static Path root(TenantHandle tenant) {
        return instance.home()
                .resolve("pool/tenants")
                .resolve(tenant.show().get("id").asText())
                .resolve("root");
    }
}
