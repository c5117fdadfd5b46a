package org.cloister.manager.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.persistence.AttributeConverter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.protocol.Frames;
import org.cloister.protocol.Limits;

/** Limits as the text of a jsonb column. */
public final class LimitsColumn implements AttributeConverter<Limits, String> {

    @Override
    public String convertToDatabaseColumn(Limits limits) {
        try {
            return Frames.JSON.writeValueAsString(limits);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A thousand tenants have the limits of a few plans: each is read once. */
    private static final Map<String, Limits> READ = new ConcurrentHashMap<>();

    private static final int MOST_READ = 1_000;

    @Override
    public Limits convertToEntityAttribute(String text) {
        if (READ.size() > MOST_READ) READ.clear();
        return READ.computeIfAbsent(text, LimitsColumn::read);
    }

    private static Limits read(String text) {
        try {
            return Frames.JSON.readValue(text, Limits.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("limits in the database that are none: " + e.getOriginalMessage(), e);
        }
    }
}
