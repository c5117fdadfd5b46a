package org.cloister.manager.problem;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.function.Function;

/** Lists in pages: {@code ?after=&limit=}, with the next page in a Link header. */
public final class Page {

    public static final int USUAL = 100;
    private static final int LARGEST = 1000;

    private Page() {}

    /** @throws Refusal it is not a number between 1 and 1000 */
    public static int limit(String limit) {
        if (limit == null) return USUAL;
        if (!limit.matches("[0-9]{1,4}") || Integer.parseInt(limit) < 1 || Integer.parseInt(limit) > LARGEST)
            throw Refusal.invalid("limit", "limit is a number between 1 and " + LARGEST + ".");
        return Integer.parseInt(limit);
    }

    /**
     * @return null if it is null
     * @throws Refusal it is not a number
     */
    public static Long after(String after) {
        if (after == null) return null;
        if (!after.matches("[0-9]{1,18}"))
            throw Refusal.invalid("after", "after is the number of the last line that was seen.");
        return Long.valueOf(after);
    }

    /**
     * @param items one more than the limit where there is a next page
     * @param key what after= of the next page is
     */
    public static <T> Response of(List<T> items, int limit, Function<T, ?> key, UriInfo uri) {
        if (items.size() <= limit) return Response.ok(items).build();
        List<T> page = items.subList(0, limit);
        var next = uri.getRequestUriBuilder().replaceQueryParam("after", key.apply(page.getLast()));
        return Response.ok(page)
                .header("Link", "<" + next.build() + ">; rel=\"next\"")
                .build();
    }
}
