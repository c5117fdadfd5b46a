package org.cloister.manager;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may know whom in the manager. Plain tests: fields that a runner has to find can silently run nothing. */
class DependencyTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.cloister");

    /** Rules and work hold whoever asks: what they throw and return says nothing of HTTP. */
    @Test
    void theDomainDoesNotKnowHttp() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.cloister.manager.tenant..",
                        "org.cloister.manager.plan..",
                        "org.cloister.manager.template..",
                        "org.cloister.manager.audit..",
                        "org.cloister.manager.record..",
                        "org.cloister.manager.event..",
                        "org.cloister.manager.operation..")
                .and()
                .haveNameNotMatching(".*(Resource|Pages|Preference)(\\$.*|_.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.ws.rs..", "io.vertx..", "org.jboss.resteasy..")
                .check(CLASSES);
    }
}
