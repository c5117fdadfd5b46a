package org.cloister.manager.tenant;

import java.util.List;
import org.cloister.manager.page.Fact;

/**
 * The form that a tenant is onboarded with: what was typed, what is wrong with it, and what the tenant would get.
 *
 * @param invites whether the owner gets a link, and needs no key yet
 * @param fresh whether nothing was typed yet
 * @param checking whether this answers what is typed just now, so that the sentences beside the fields follow
 * @param fault what is wrong with no single field; else null, as the other faults
 */
record OnboardingPage(
        String name,
        String keys,
        boolean invites,
        boolean fresh,
        boolean checking,
        String fault,
        String nameFault,
        String planFault,
        String templateFault,
        String keysFault,
        List<PlanChoice> plans,
        List<TemplateChoice> templates,
        List<Fact> gets,
        List<String> keyLines) {

    private static final int SHORT = 40;

    record TemplateChoice(String name, String words, boolean chosen) {}

    /** The name, cut where somebody pastes a book. */
    public String shortName() {
        return name.length() <= SHORT ? name : name.substring(0, SHORT) + "…";
    }
}
