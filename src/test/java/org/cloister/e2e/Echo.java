package org.cloister.e2e;

/** Services inside a tenant that give back what they get, and other small programs; each runs until its tenant ends. */
final class Echo {

    private Echo() {}

    static void serve(TenantHandle tenant, String address, int port) {
        listening(
                tenant,
                "$l = IO::Socket::IP->new(LocalHost => '" + address + "', LocalPort => " + port
                        + ", Listen => 100, ReuseAddr => 1) or die $!;");
    }

    static void serve(TenantHandle tenant, String path) {
        listening(
                tenant,
                "unlink '" + path + "'; $l = IO::Socket::UNIX->new(Local => '" + path + "', Listen => 100) or die $!;");
    }

    private static void listening(TenantHandle tenant, String listen) {
        perl(
                tenant,
                listen,
                "$SIG{CHLD} = 'IGNORE';",
                "while (1) { $c = $l->accept or next; unless (fork) {",
                "syswrite $c, $b while sysread $c, $b, 65536; exit } close $c }");
    }

    /** Starts a program in Perl, which every Debian has; its first line runs before this returns. */
    static void perl(TenantHandle tenant, String first, String... more) {
        String program = "use IO::Socket; use IO::Socket::IP; use IO::Socket::UNIX;\n" + first
                + "\nexit if fork; close STDIN; close STDOUT; close STDERR;\n" + String.join("\n", more) + "\n";
        tenant.ssh(program.getBytes(), "perl -").orFail();
    }
}
