package org.cloister;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** Which package may know which (design.md §1). A rule over no classes would pass, so each is checked to match some. */
class StructureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.cloister");

    @Test
    void theManagerDoesNotKnowTheAgent() {
        check(noClasses()
                .that()
                .resideInAPackage("org.cloister.manager..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.cloister.agent.."));
    }

    @Test
    void theAgentDoesNotKnowTheManager() {
        check(noClasses()
                .that()
                .resideInAPackage("org.cloister.agent..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.cloister.manager.."));
    }

    @Test
    void theProtocolKnowsNeither() {
        check(noClasses()
                .that()
                .resideInAPackage("org.cloister.protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.cloister.agent..", "org.cloister.manager.."));
    }

    @Test
    void agentAndProtocolKnowNoFramework() {
        check(noClasses()
                .that()
                .resideInAnyPackage("org.cloister.agent..", "org.cloister.protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "jakarta..", "org.hibernate..", "io.vertx..", "org.jboss.."));
    }

    @Test
    void onlyTheLinuxPackageKnowsJna() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("org.cloister.agent.linux..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.sun.jna.."));
    }

    @Test
    void theLinuxPackageKnowsNothingElseOfOurs() {
        check(noClasses()
                .that()
                .resideInAPackage("org.cloister.agent.linux..")
                .should()
                .dependOnClassesThat(resideIn("org.cloister").and(not(resideIn("org.cloister.agent.linux")))));
    }

    @Test
    void cgroupStorageNetworkSeccompAndPostureDoNotKnowEachOther() {
        for (String one : new String[] {"cgroup", "storage", "network", "seccomp", "posture"})
            for (String other : new String[] {
                "cgroup", "storage", "network", "seccomp", "posture", "sandbox", "fact", "proof", "neighbour"
            })
                if (!one.equals(other))
                    check(noClasses()
                            .that()
                            .resideInAPackage("org.cloister.agent." + one)
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage("org.cloister.agent." + other));
    }

    @Test
    void theCommandLineKnowsTheProtocolAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("org.cloister.cli")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.cloister.agent..", "org.cloister.manager..", "io.quarkus..", "jakarta.."));
    }

    @Test
    void neitherSandboxNorFactsKnowWhatComesAfterThem() {
        check(noClasses()
                .that()
                .resideInAPackage("org.cloister.agent.sandbox")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.cloister.agent.fact",
                        "org.cloister.agent.chain",
                        "org.cloister.agent.proof",
                        "org.cloister.agent.neighbour"));
        check(noClasses()
                .that()
                .resideInAPackage("org.cloister.agent.fact")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.cloister.agent.chain", "org.cloister.agent.proof", "org.cloister.agent.neighbour"));
    }

    @Test
    void proofAndNeighbourTestKnowTheChainAndNotEachOther() {
        check(noClasses()
                .that()
                .resideInAPackage("org.cloister.agent.proof")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.cloister.agent.neighbour"));
        check(noClasses()
                .that()
                .resideInAPackage("org.cloister.agent.neighbour")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.cloister.agent.proof"));
        check(noClasses()
                .that()
                .resideInAPackage("org.cloister.agent.chain")
                .should()
                .dependOnClassesThat(resideIn("org.cloister.agent")
                        .and(not(resideIn("org.cloister.agent.chain")))
                        .and(not(resideIn("org.cloister.agent.sandbox")))));
    }

    @Test
    void onlyTheMainProgramKnowsAllPartsOfTheAgent() {
        check(noClasses()
                .that()
                .resideInAPackage("org.cloister.agent.*")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.cloister.agent"));
    }

    private static com.tngtech.archunit.base.DescribedPredicate<com.tngtech.archunit.core.domain.JavaClass> resideIn(
            String root) {
        return com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage(root + "..");
    }

    /** ArchUnit fails a rule whose "that" matches no class, so none of these passes by being empty. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(false).check(CLASSES);
    }
}
