package org.cloister.manager.page;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.MediaType;
import org.cloister.manager.problem.Problem;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** What went wrong, as a page: the API's own sentence for whoever asked with a browser. */
@ApplicationScoped
public class ErrorPages {

    @CheckedTemplate
    static class Templates {

        static native TemplateInstance error(int status, String head, String sentence);
    }

    /** A problem that answers a page's request becomes a page; its status stays. */
    @ServerResponseFilter
    void dress(ContainerRequestContext request, ContainerResponseContext response) {
        if (!(response.getEntity() instanceof Problem problem)) return;
        if (Problem.isForPrograms("/" + request.getUriInfo().getPath().replaceFirst("^/", ""))) return;
        response.setEntity(page(problem.status(), problem.detail()).render(), null, MediaType.TEXT_HTML_TYPE);
        response.getHeaders().putSingle("Content-Type", "text/html;charset=UTF-8");
    }

    /** After everything else: a path that nothing answers to. */
    void strays(@Observes Router router) {
        router.route().order(Integer.MAX_VALUE).handler(context -> {
            if (Problem.isForPrograms(context.normalizedPath())
                    || context.request().method() != HttpMethod.GET) context.next();
            else send(context, 404, "There is nothing under this path.");
        });
    }

    /** Answers with this page, outside of JAX-RS. */
    public static void send(RoutingContext context, int status, String sentence) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/html;charset=UTF-8")
                .end(page(status, sentence).render());
    }

    private static TemplateInstance page(int status, String sentence) {
        String head = switch (status) {
            case 401, 403 -> "Not allowed";
            case 404 -> "Not found";
            case 405 -> "Not possible";
            case 409 -> "Not now";
            case 413 -> "Too large";
            case 501 -> "Not on this machine";
            case 503 -> "Not reachable";
            case 507 -> "Full";
            default -> status >= 500 ? "Something went wrong" : "Not understood";
        };
        return Templates.error(status, head, sentence);
    }
}
