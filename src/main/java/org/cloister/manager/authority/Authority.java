package org.cloister.manager.authority;

import jakarta.persistence.Entity;
import java.util.List;
import org.cloister.manager.key.StoredKey;

/** A key whose certificates log in to every tenant that they are made out to; cert-authority is always among its options. */
@Entity
public class Authority extends StoredKey {

    static List<Authority> all() {
        return list("order by createdAt, fingerprint");
    }
}
