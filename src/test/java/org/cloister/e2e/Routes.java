package org.cloister.e2e;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.websockets.next.WebSocket;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Everything that the manager answers to, read from its classes: a route that somebody adds is tested without a line here.
 *
 * @param method of HTTP; OPEN for a WebSocket
 * @param path with the names of its parameters: /tenants/{name}/keys
 */
record Routes(String method, String path) implements Comparable<Routes> {

    private static final String NOBODYS_ID = "00000000-0000-0000-0000-000000000000";

    static List<Routes> all() {
        var routes = new TreeSet<Routes>();
        for (JavaClass found : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.cloister.manager"))
            if (found.isAnnotatedWith(Path.class)) add(found.reflect(), routes);
            else if (found.isAnnotatedWith(WebSocket.class))
                routes.add(new Routes(
                        "OPEN", found.getAnnotationOfType(WebSocket.class).path()));
        return List.copyOf(routes);
    }

    private static void add(Class<?> resource, TreeSet<Routes> routes) {
        String root = resource.getAnnotation(Path.class).value();
        for (Method method : resource.getDeclaredMethods())
            for (Annotation annotation : method.getAnnotations()) {
                HttpMethod verb = annotation.annotationType().getAnnotation(HttpMethod.class);
                if (verb == null) continue;
                Path own = method.getAnnotation(Path.class);
                String path = "/" + root + "/" + (own == null ? "" : own.value());
                String plain = path.replaceAll("\\{(\\w+)\\s*:(?:[^{}]|\\{[^{}]*})*}", "{$1}")
                        .replaceAll("/+", "/")
                        .replaceAll("(.)/$", "$1");
                routes.add(new Routes(verb.value(), plain));
            }
    }

    /** With something in the place of each parameter; what concerns a tenant concerns this one. */
    String of(String tenant) {
        String path = path().replace("/audits/{id}/{attacker}", "/audits/{id}/" + tenant);
        for (var parameter : Map.of(
                        "id", NOBODYS_ID,
                        "verb", "freeze",
                        "action", "freeze",
                        "fingerprint", "SHA256:x",
                        "sequence", "1",
                        "suite", "bookworm",
                        "victim", tenant,
                        "name", tenant)
                .entrySet()) path = path.replace("{" + parameter.getKey() + "}", parameter.getValue());
        if (path.contains("{")) throw new AssertionError("a parameter that this test does not know: " + path);
        return path;
    }

    boolean changes() {
        return !method.equals("GET"); // a socket goes both ways
    }

    @Override
    public int compareTo(Routes other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
