package org.cloister.manager.plan;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.cloister.manager.problem.Refusal;

/** The plans that files in tenants/plans define. What a file says holds: it is set at each start, and changed there alone. */
@ApplicationScoped
class PlanFiles {

    private static final String DIRECTORY = "plans/";

    @Inject
    ObjectMapper json;

    private final Map<String, Plans.PlanView> plans = new TreeMap<>();

    @PostConstruct
    void read() {
        for (String name : names()) {
            try (InputStream file = PlanFiles.class.getResourceAsStream("/" + DIRECTORY + name + ".json")) {
                Plans.PlanView plan = json.readValue(file, Plans.PlanView.class);
                if (!name.equals(plan.name()))
                    throw new IllegalStateException("tenants/plans/" + name + ".json calls its plan \"" + plan.name()
                            + "\"; it must have the file's name");
                plans.put(name, plan);
            } catch (IOException e) {
                throw new UncheckedIOException("tenants/plans/" + name + ".json of this build cannot be read", e);
            }
        }
    }

    Map<String, Plans.PlanView> all() {
        return plans;
    }

    boolean defines(String plan) {
        return plans.containsKey(plan);
    }

    /** @throws Refusal a file defines the plan */
    void refuse(String plan) {
        if (defines(plan))
            throw Refusal.conflict(
                    null,
                    "The file tenants/plans/" + plan + ".json defines the plan " + plan
                            + ", and is what holds: change it there, then run ops/up --restart. Or make a plan of"
                            + " another name.");
    }

    /** Of the files that this build was made with: in its archive, or in its classes before there is one. */
    private static List<String> names() {
        try {
            Path build = Path.of(PlanFiles.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (Files.isDirectory(build))
                try (Stream<Path> files = Files.list(build.resolve(DIRECTORY))) {
                    return names(files.map(file -> DIRECTORY + file.getFileName()));
                }
            try (JarFile archive = new JarFile(build.toFile())) {
                return names(archive.stream().map(entry -> entry.getName()));
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("the plans of this build cannot be listed", e);
        }
    }

    private static List<String> names(Stream<String> entries) {
        return entries.filter(entry -> entry.matches(DIRECTORY + "[^/]+\\.json"))
                .map(entry -> entry.substring(DIRECTORY.length(), entry.length() - ".json".length()))
                .toList();
    }
}
