package org.cloister.agent.network;

import java.io.IOException;
import java.nio.file.Path;

/** IPv4 or IPv6, and what is called differently in them. */
enum Family {
    FOUR("-4", "ipv4", "forwarding", "100.64.0.0/20"),
    /** The setting is there since Linux 6.17; {@link WholeMachine} is for kernels before. */
    SIX("-6", "ipv6", "force_forwarding", "fdc1:157e:4000::/116");

    private final String option;
    private final String name;
    private final String setting;
    private final String tenants;

    Family(String option, String name, String setting, String tenants) {
        this.option = option;
        this.name = name;
        this.setting = setting;
        this.tenants = tenants;
    }

    /** As ip(8) takes it. */
    String option() {
        return option;
    }

    /** As in /proc/sys/net, for conntrack(8), and of the directory where it is remembered. */
    String directory() {
        return name;
    }

    /** The addresses of every slot. */
    String tenants() {
        return tenants;
    }

    /** The file that says whether packets that come in by this link are forwarded. */
    Path forwarding(String link) {
        return Path.of("/proc/sys/net", name, "conf", link, setting);
    }

    /** Whether the machine forwards by somebody else's wish: a router, or a container engine that is used as well. */
    boolean forwardedByTheMachine() throws IOException {
        return Ip.setting(Path.of("/proc/sys/net", name, "conf/all/forwarding")) != 0;
    }
}
