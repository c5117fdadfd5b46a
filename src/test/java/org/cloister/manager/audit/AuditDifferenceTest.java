package org.cloister.manager.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AuditDifferenceTest {

    private static final String REPORT = """
            {"host":{"kernel":"6.1","bootId":"a"},
             "tenants":[{"name":"bob","profile":"strict"},{"name":"eve","profile":"strict"}],
             "facts":[{"name":"mounts","verdict":"passed"},{"name":"trees","verdict":"failed"}],
             "cells":[{"attacker":"eve","victim":"bob","attempts":[
                {"vector":"see","verdict":"passed"},{"vector":"read","verdict":"void"}]}]}
            """;

    private static List<String> changes(String now) {
        return AuditDifference.of(
                        new UUID(0, 1), REPORT.getBytes(StandardCharsets.UTF_8), now.getBytes(StandardCharsets.UTF_8))
                .changes();
    }

    @Test
    void whatFailsNowStandsFirst() {
        assertEquals(
                List.of(
                        "eve at bob, see: failed; it was passed before.",
                        "eve at bob, read: passed; it was void before.",
                        "mounts: failed; it was passed before.",
                        "trees: passed; it was failed before.",
                        "eve has the profile nesting; it had strict.",
                        "The machine was started anew."),
                changes(REPORT.replace("\"see\",\"verdict\":\"passed\"", "\"see\",\"verdict\":\"failed\"")
                        .replace("\"void\"", "\"passed\"")
                        .replace("\"mounts\",\"verdict\":\"passed\"", "\"mounts\",\"verdict\":\"failed\"")
                        .replace("\"trees\",\"verdict\":\"failed\"", "\"trees\",\"verdict\":\"passed\"")
                        .replace("\"eve\",\"profile\":\"strict\"", "\"eve\",\"profile\":\"nesting\"")
                        .replace("\"a\"", "\"b\"")));
    }

    @Test
    void whoCameAndWhoWentIsSaid() {
        assertEquals(
                List.of("alice is new.", "bob was not audited this time."),
                changes(REPORT.replace("\"name\":\"bob\"", "\"name\":\"alice\"")));
    }

    @Test
    void whereNothingChangedNothingIsSaid() {
        assertEquals(List.of(), changes(REPORT));
    }
}
