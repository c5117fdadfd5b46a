package org.cloister.manager.operation;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.cloister.manager.problem.Problem;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/** What holds for all of the API, for programs that are made from its description: tokens, problems, waiting, names. */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class ApiDescription implements OASFilter {

    private static final String TOKEN = "token";
    private static final String KIND = " Resource";

    @Override
    public void filterOpenAPI(OpenAPI api) {
        api.getComponents()
                .addSecurityScheme(
                        TOKEN,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer"));
        api.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(TOKEN));
        api.getComponents().addSchema("Problem", problem());
        api.getPaths()
                .getPathItems()
                .values()
                .forEach(path -> path.getOperations().forEach((method, operation) -> describe(operation)));
        if (api.getTags() != null) api.getTags().forEach(tag -> tag.setName(word(tag.getName())));
    }

    private static void describe(Operation operation) {
        String word = word(operation.getTags().getFirst());
        operation.setTags(List.of(word));
        operation.setOperationId(name(word, operation.getOperationId()));
        operation.getResponses().removeAPIResponse("400"); // the framework's own guess
        operation
                .getResponses()
                .addAPIResponse("default", response("A problem, in a sentence.", Problem.TYPE, "Problem"));
        Map<String, Object> marks = operation.getExtensions();
        if (marks == null || !marks.containsKey(Preference.WAITS)) return;
        operation.removeExtension(Preference.WAITS);
        operation.addParameter(OASFactory.createParameter()
                .name("Prefer")
                .in(Parameter.In.HEADER)
                .description("wait=SECONDS: answer when it is done, or after so long")
                .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING)));
        operation
                .getResponses()
                .addAPIResponse(
                        "202",
                        response("It is under way, and was not waited for.", "application/json", "OperationView"));
    }

    /** "Tenant Resource" to "Tenant". */
    private static String word(String tag) {
        return tag.endsWith(KIND) ? tag.substring(0, tag.length() - KIND.length()) : tag;
    }

    /** "TenantResource_list" to "tenantList". */
    private static String name(String word, String id) {
        String method = id.substring(id.indexOf('_') + 1);
        String one = word.replace(" ", "");
        return one.substring(0, 1).toLowerCase(Locale.ROOT)
                + one.substring(1)
                + method.substring(0, 1).toUpperCase(Locale.ROOT)
                + method.substring(1);
    }

    private static APIResponse response(String description, String type, String schema) {
        MediaType media =
                OASFactory.createMediaType().schema(OASFactory.createSchema().ref(schema));
        return OASFactory.createAPIResponse()
                .description(description)
                .content(OASFactory.createContent().addMediaType(type, media));
    }

    /** As {@link Problem} has it. */
    private static Schema problem() {
        Schema problem = OASFactory.createSchema().addType(Schema.SchemaType.OBJECT);
        for (String text : List.of("title", "detail", "field"))
            problem.addProperty(text, OASFactory.createSchema().addType(Schema.SchemaType.STRING));
        return problem.addProperty("status", OASFactory.createSchema().addType(Schema.SchemaType.INTEGER))
                .required(List.of("title", "status", "detail"));
    }
}
