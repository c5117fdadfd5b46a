package org.cloister.manager.right;

import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.UUID;
import org.cloister.manager.operation.Operation;
import org.cloister.manager.page.ErrorPages;
import org.cloister.manager.problem.Problem;

/** Asks the table for every request of somebody who is known, before anything answers it. */
@ApplicationScoped
class Gatekeeper {

    /** After authentication (200) and after those who are nobody were sent away (100). */
    private static final int AFTER_AUTHENTICATION = 50;

    void register(@Observes Filters filters) {
        filters.register(Gatekeeper::check, AFTER_AUTHENTICATION);
    }

    private static void check(RoutingContext context) {
        Caller caller = context.user() instanceof QuarkusHttpUser user ? Caller.of(user.getSecurityIdentity()) : null;
        if (caller == null) {
            context.next(); // what is open to nobody is open
            return;
        }
        if (!Rights.asksDatabase(caller, context.normalizedPath())) {
            answer(context, caller, rule(context, caller));
            return;
        }
        context.request().pause();
        context.vertx().executeBlocking(() -> rule(context, caller), false).onComplete(ruling -> {
            context.request().resume();
            if (ruling.succeeded()) answer(context, caller, ruling.result());
            else context.fail(ruling.cause());
        });
    }

    private static Rights.Ruling rule(RoutingContext context, Caller caller) {
        return Rights.of(caller, method(context.request()), context.normalizedPath(), Gatekeeper::owns);
    }

    /** An upgrade is no reading, whatever its method says: what it opens goes both ways. */
    private static String method(HttpServerRequest request) {
        return Upgrade.isAsked(request) ? Upgrade.METHOD : request.method().name();
    }

    private static boolean owns(String operation, String tenant) {
        try {
            UUID id = UUID.fromString(operation);
            return QuarkusTransaction.requiringNew()
                    .call(() -> Operation.count("id = ?1 and tenant = ?2", id, tenant) > 0);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void answer(RoutingContext context, Caller caller, Rights.Ruling ruling) {
        switch (ruling) {
            case GRANTED -> context.next();
            case REFUSED -> send(context, 403, sentence(caller));
            case NOT_THERE -> send(context, 404, "There is nothing under this path.");
        }
    }

    private static String sentence(Caller caller) {
        if (caller.readOnly()) return "This token may only read. Use one with the scope \"all\".";
        return caller.role() == Role.ADMIN
                ? "This is for the tenant's own people to decide, and not for an admin."
                : "An auditor reads everything and runs audits; this is for an admin to do.";
    }

    private static void send(RoutingContext context, int status, String sentence) {
        if (Problem.isForPrograms(context.normalizedPath()))
            Problem.of(status, sentence).send(context);
        else ErrorPages.send(context, status, sentence);
    }
}
