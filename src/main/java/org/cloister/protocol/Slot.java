package org.cloister.protocol;

/**
 * The number that a tenant's place on the machine is derived from. Slots are unique on the machine, over all instances,
 * so whatever carries one in its name has one owner.
 */
public record Slot(int number) {

    /** Ids of one tenant: 0 to 65,535 inside. */
    public static final int IDS = 65_536;

    /** Above systemd-nspawn's and useradd's ranges, below the sign bit. */
    public static final long FIRST_UID = 0x7000_0000L;

    public static final int LAST = 4_093;

    public Slot {
        if (number < 1 || number > LAST)
            throw new IllegalArgumentException("slot " + number + " does not lie between 1 and " + LAST);
    }

    public long firstUid() {
        return FIRST_UID + (long) number * IDS;
    }

    /** A /32 of 100.64.0.0/20, carrier-grade NAT space (RFC 6598): neither public nor in use in a house network. */
    public String address4() {
        return "100.64." + (number >> 8) + "." + (number & 0xff);
    }

    /** A /128 of a unique local prefix (RFC 4193). */
    public String address6() {
        return "fdc1:157e:4000::" + Integer.toHexString(number);
    }

    public String link() {
        return "ct" + number;
    }

    public String cgroup() {
        return "ct" + number;
    }

    public String qgroup() {
        return "1/" + number;
    }
}
