package org.cloister.manager.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.quarkus.security.ForbiddenException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns every exception that leaves a resource into a problem, in words of ours: never a class name, never a trace. */
class Problems {

    private static final Logger LOG = Logger.getLogger(Problems.class);

    @ServerExceptionMapper
    public Response refused(Refusal refusal) {
        return answer(Problem.of(refusal));
    }

    @ServerExceptionMapper
    public Response unreadable(JsonProcessingException e) {
        return answer(problem(e));
    }

    /** More special than the reader's own mapper for this kind. */
    @ServerExceptionMapper
    public Response mismatched(MismatchedInputException e) {
        return answer(problem(e));
    }

    @ServerExceptionMapper
    public Response forbidden(ForbiddenException e) {
        return answer(Problem.of(403, "This account may not do that."));
    }

    @ServerExceptionMapper
    public Response http(WebApplicationException e) {
        if (e.getCause() instanceof JsonProcessingException json) return answer(problem(json));
        Response given = e.getResponse();
        int status = given.getStatus();
        if (status < 400) return given;
        Response answer = answer(Problem.of(
                status,
                switch (status) {
                    case 400 -> "The request cannot be read: a parameter has the wrong form.";
                    case 404 -> "There is nothing under this path.";
                    case 405 -> "This path does not know that method.";
                    case 406 -> "This path answers with another media type than the Accept header allows.";
                    case 413 -> "The body is too large; 1 MB is allowed.";
                    case 415 -> "The body must be JSON: send the header Content-Type: application/json.";
                    default -> "The request failed.";
                }));
        String allow = given.getHeaderString("Allow");
        return allow == null
                ? answer
                : Response.fromResponse(answer).header("Allow", allow).build();
    }

    /** The caller went away, or sent more than it announced; who is not there needs no log line either. */
    @ServerExceptionMapper
    public Response brokenOff(IOException e) {
        return answer(Problem.of(400, "The request broke off or is too large."));
    }

    @ServerExceptionMapper
    public Response fault(Throwable e) {
        LOG.error("A request failed", e);
        return answer(Problem.of(500, "Something went wrong in the manager itself; its log says what."));
    }

    private static Problem problem(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            String known = unknown.getKnownPropertyIds() == null
                    ? ""
                    : " Known are "
                            + unknown.getKnownPropertyIds().stream()
                                    .map(String::valueOf)
                                    .sorted()
                                    .collect(Collectors.joining(", "))
                            + ".";
            return Problem.of(400, "The body has a field that is not known here." + known, field(unknown.getPath()));
        }
        if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty())
            return Problem.of(
                    400,
                    "The field " + field(mapping.getPath()) + " has a value of the wrong type.",
                    field(mapping.getPath()));
        if (e instanceof MismatchedInputException)
            return Problem.of(400, "The body has the wrong form: a JSON object is expected.");
        String where =
                e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
        return Problem.of(400, "The body is not valid JSON" + where + ".");
    }

    /** "limits.pids", "sshKeys[2]"; names of the sender's own are cut and cleaned. */
    private static String field(List<JsonMappingException.Reference> path) {
        StringBuilder field = new StringBuilder();
        for (JsonMappingException.Reference step : path) {
            if (step.getFieldName() == null)
                field.append('[').append(step.getIndex()).append(']');
            else
                field.append(field.isEmpty() ? "" : ".")
                        .append(step.getFieldName().replaceAll("[^A-Za-z0-9_-]", "?"));
        }
        return field.length() <= 64 ? field.toString() : field.substring(0, 63) + "…";
    }

    private static Response answer(Problem problem) {
        return Response.status(problem.status())
                .type(MediaType.valueOf(Problem.TYPE))
                .entity(problem)
                .build();
    }
}
