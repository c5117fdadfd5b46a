package org.cloister.manager.template;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.cloister.manager.page.Sign;

/**
 * All templates.
 *
 * @param fault why they cannot be listed; else null
 * @param building the operation that builds one now; else null
 * @param name what was typed, and nameFault what is wrong with it
 */
record TemplateListPage(List<Row> rows, String fault, UUID building, String name, String nameFault) {

    /**
     * @param own whether it is the suite of this machine
     * @param builtAt null until it is built
     * @param button the words on the button that builds it; null where there is nothing to build
     */
    record Row(String name, boolean own, Sign sign, String packages, String size, Instant builtAt, String button) {}
}
