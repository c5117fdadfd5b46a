package org.cloister.manager.limit;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloister.protocol.Limit;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;

/** Shows every limit with its unit and bounds in the description of the API, from the one table of them. */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class LimitsInOpenApi implements OASFilter {

    @Override
    public void filterOpenAPI(OpenAPI api) {
        Map<String, Schema> schemas = api.getComponents().getSchemas();
        Schema limits = schemas.get("Limits");
        limits.setProperties(properties());
        limits.setAdditionalPropertiesBoolean(false);

        Schema change = schemas.get("Change");
        change.addProperty("limits", OASFactory.createSchema().ref("Limits"));

        Schema plan = schemas.get("PlanView");
        Map<String, Schema> fields = new LinkedHashMap<>(plan.getProperties());
        fields.remove("limits"); // in JSON each stands beside the name
        fields.get("profile").setEnumeration(List.of("strict", "nesting"));
        fields.putAll(properties());
        plan.setProperties(fields);
        plan.setAdditionalPropertiesBoolean(false);
    }

    private static Map<String, Schema> properties() {
        Map<String, Schema> properties = new LinkedHashMap<>();
        for (Limit limit : Limit.values()) properties.put(limit.key(), schema(limit));
        return properties;
    }

    private static Schema schema(Limit limit) {
        boolean none = limit.unit().rate();
        Schema schema = OASFactory.createSchema()
                .addType(SchemaType.INTEGER)
                .format("int64")
                .description(LimitWords.meaning(limit) + (none ? ", else at least " + limit.least() : ""))
                .minimum(BigDecimal.valueOf(none ? 0 : limit.least()))
                .maximum(BigDecimal.valueOf(limit.most()));
        limit.usual().ifPresent(schema::setDefaultValue);
        return schema;
    }
}
