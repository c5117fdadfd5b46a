package org.cloister.cli;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The main program: exit status 0, 1 where the answer is no, 2 where the question was wrong. */
public final class Cloister {

    private static final String USAGE = """
            cloister audit verify [--signers FILE] [--head NUMBER:SHA256] REPORT.json...
              Checks reports of the isolation proof, each with REPORT.json.sig beside it, without a server:
              who signed it, that no byte changed, and that none is missing between the first and the last.
                --signers FILE         the keys that may sign, as the machine keeps them in keys/audit.signers
                --head NUMBER:SHA256   what somebody noted down of the last report: finds a chain that was cut
            """;

    private Cloister() {}

    public static void main(String[] arguments) {
        System.exit(run(Arrays.asList(arguments)));
    }

    private static int run(List<String> words) {
        try {
            if (words.size() > 2 && words.subList(0, 2).equals(List.of("audit", "verify")))
                return AuditVerify.run(words.subList(2, words.size()), System.out);
            boolean asked = List.of(List.of("--help"), List.of("help")).contains(words);
            (asked ? System.out : System.err).print(USAGE);
            return asked ? 0 : 2;
        } catch (IllegalArgumentException e) {
            System.err.println("cloister: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            System.err.println("cloister: " + e.getClass().getSimpleName() + ": " + e.getMessage());
            return 1;
        }
    }
}
