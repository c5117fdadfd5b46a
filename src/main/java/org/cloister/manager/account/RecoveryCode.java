package org.cloister.manager.account;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.util.UUID;

/** Stands in for a second factor that was lost, once. */
@Entity
@Table(name = "recovery_code")
@IdClass(RecoveryCode.Key.class)
public class RecoveryCode extends PanacheEntityBase {

    /** What names one. */
    public record Key(UUID accountId, String codeSha256) implements Serializable {}

    @Id
    @Column(name = "account_id")
    public UUID accountId;

    /** Lower-case hex. */
    @Id
    @Column(name = "code_sha256")
    public String codeSha256;
}
