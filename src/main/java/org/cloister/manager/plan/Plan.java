package org.cloister.manager.plan;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.cloister.protocol.Limits;

/** A named set of limits. */
@Entity
public class Plan extends PanacheEntityBase {

    @Id
    public String name;

    public String summary;

    @Column(name = "cpu_percent")
    public int cpuPercent;

    @Column(name = "memory_bytes")
    public long memoryBytes;

    public int pids;

    @Column(name = "disk_bytes")
    public long diskBytes;

    @Column(name = "created_at")
    public Instant createdAt;

    public static Optional<Plan> named(String name) {
        return findByIdOptional(name);
    }

    /** From the smallest to the largest, as people look for one. */
    public static List<Plan> all() {
        return list("order by memoryBytes, cpuPercent, name");
    }

    public Limits limits() {
        return new Limits(cpuPercent, memoryBytes, pids, diskBytes);
    }

    void limit(Limits limits) {
        cpuPercent = limits.cpuPercent();
        memoryBytes = limits.memoryBytes();
        pids = limits.pids();
        diskBytes = limits.diskBytes();
    }
}
