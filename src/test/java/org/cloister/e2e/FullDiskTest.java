package org.cloister.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A tenant that uses its disk up, in bytes and in files: the limit binds, and it can be got rid of. */
@Order(320)
class FullDiskTest {

    private static final long MB = 1L << 20;

    /** Empty files, a thousand in a directory, until so many are made or one is refused; says how many and why. */
    private static final String FILES = """
            perl -e 'my ($most, $made) = ($ARGV[0], 0); mkdir "/root/files"; my $end = "enough";
              DIRECTORY: for my $d (0 .. $most / 1000 - 1) {
                mkdir "/root/files/$d" or do { $end = $!; last };
                for (1 .. 1000) {
                  open(my $file, ">", "/root/files/$d/$_") or do { $end = $!; last DIRECTORY };
                  close $file; $made++;
                }
              }
              print "$made $end\\n"' %d""";

    private static Instance instance;

    @BeforeAll
    static void connect() {
        instance = Instance.assumeRunning();
    }

    /** Kernels' simple quotas bill tree blocks as they bill extents; 100 MiB was seen to take 284,725 empty files. */
    @Test
    void emptyFilesAreBilledAsBytesAre() {
        try (TenantHandle eve = instance.tenant("eve")) {
            limitDisk("eve", 64 * MB);
            String made = run(eve, FILES.formatted(1_000_000));
            assertTrue(made.endsWith("Disk quota exceeded"), made);
            long count = Long.parseLong(made.split(" ")[0]);
            assertTrue(count > 10_000 && count < 400_000, made);
            eve.ssh("sync");
            assertTrue(disk("eve") <= 65 * MB, "billed for " + disk("eve"));
            System.out.println(count + " empty files in 64 MiB");
        }
    }

    @Test
    void aFullDiskWithAMillionFilesIsGoneWithinAMinuteWhileOthersAreServed() throws Exception {
        try (TenantHandle bob = instance.tenant("bob");
                TenantHandle eve = instance.tenant("eve")) {
            limitDisk("eve", 2048 * MB);
            String made = run(eve, FILES.formatted(1_000_000));
            run(
                    eve,
                    "i=0; for s in 512M 256M 128M 64M 32M 16M 8M 4M 2M 1M 256K 64K 16K 4K; do"
                            + " while fallocate -l $s /root/f$i 2>&-; do i=$((i+1)); done; done; sync");
            assertEquals(
                    "refused",
                    eve.ssh("head -c 1M /dev/zero > /root/more && sync /root/more || echo refused")
                            .out()
                            .strip());
            Path home = instance.home()
                    .resolve("pool/tenants")
                    .resolve(eve.show().get("id").asText());
            long used = disk("eve");

            Neighbour neighbour = new Neighbour(bob);
            long began = System.nanoTime();
            instance.request("DELETE", "/tenants/eve", null).expect(202);
            try (TenantHandle carol = instance.tenant("carol")) {
                long onboarded = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                assertEquals("in\n", carol.ssh("echo in").out());
                while (instance.get("/tenants/eve").status() != 404) {
                    assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(60), "not gone after a minute");
                    TimeUnit.MILLISECONDS.sleep(200);
                }
                System.out.println(made + " files, " + used / MB + " MiB: gone in "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)
                        + " ms; another tenant was onboarded in "
                        + onboarded + " ms of it; " + neighbour.served());
            }
            assertTrue(neighbour.worst() < 30_000, "the neighbour waited " + neighbour.worst() + " ms");
            assertFalse(Files.exists(home));
        }
    }

    private static String run(TenantHandle tenant, String command) {
        return Command.run(tenant.sshCommand(List.of(), command), new byte[0], Duration.ofMinutes(20))
                .out()
                .strip();
    }

    private static void limitDisk(String tenant, long bytes) {
        instance.limit(tenant, Map.of("diskBytes", bytes));
    }

    private static long disk(String tenant) {
        return instance.usage(tenant).at("/disk/used").asLong();
    }
}
