package org.cloister.manager.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.persistence.AttributeConverter;
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

    @Override
    public Limits convertToEntityAttribute(String text) {
        try {
            return Frames.JSON.readValue(text, Limits.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("limits in the database that are none: " + e.getOriginalMessage(), e);
        }
    }
}
