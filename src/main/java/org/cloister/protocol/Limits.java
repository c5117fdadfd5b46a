package org.cloister.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a tenant may use at most: a value for each {@link Limit}. In JSON an object of them by name, where a limit with a
 * usual value may be missing.
 */
public record Limits(Map<Limit, Long> values) {

    public Limits {
        Map<Limit, Long> whole = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            Long value = values.get(limit);
            if (value == null)
                value = limit.usual()
                        .orElseThrow(() ->
                                new LimitException(limit.key(), limit.key() + " is missing; it has no usual value."));
            limit.check(value);
            whole.put(limit, value);
        }
        values = Collections.unmodifiableMap(whole);
    }

    /** @throws LimitException a name is not known, a value is out of bounds, or one that must be there is missing */
    @JsonCreator
    public static Limits of(Map<String, Long> named) {
        return new Limits(read(named));
    }

    /** These with others in their place; null stays. */
    public Limits with(Map<String, Long> changes) {
        Map<Limit, Long> changed = new EnumMap<>(values);
        changed.putAll(read(changes));
        return new Limits(changed);
    }

    public long of(Limit limit) {
        return values.get(limit);
    }

    /** By the names of the API, in the order of the table. */
    @JsonValue
    public Map<String, Long> named() {
        Map<String, Long> named = new LinkedHashMap<>();
        values.forEach((limit, value) -> named.put(limit.key(), value));
        return named;
    }

    private static Map<Limit, Long> read(Map<String, Long> named) {
        Map<Limit, Long> values = new EnumMap<>(Limit.class);
        named.forEach((key, value) -> {
            Limit limit = Limit.of(key)
                    .orElseThrow(() -> new LimitException(key, "There is no such limit. Known are " + keys() + "."));
            if (value != null) values.put(limit, value);
        });
        return values;
    }

    private static String keys() {
        return Arrays.stream(Limit.values()).map(Limit::key).collect(Collectors.joining(", "));
    }
}
