package org.cloister.manager.account;

import jakarta.persistence.AttributeConverter;
import java.util.Locale;
import org.cloister.manager.right.Role;

/** A role by its word. */
class RoleColumn implements AttributeConverter<Role, String> {

    @Override
    public String convertToDatabaseColumn(Role role) {
        return role.word();
    }

    @Override
    public Role convertToEntityAttribute(String word) {
        return Role.valueOf(word.toUpperCase(Locale.ROOT));
    }
}
