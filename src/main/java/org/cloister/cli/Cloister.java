package org.cloister.cli;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The main program: exit status 0, 1 where the answer is no, 2 where the question was wrong. */
public final class Cloister {

    private static final String USAGE = """
            cloister audit verify [--signers FILE] [--head NUMBER:SHA256] [--anchor FILE] RECORD.json|RECORDS.zip...
              Checks records of the isolation proof, each with RECORD.json.sig beside it, without a server: who signed
              it, that no byte changed, and that none is missing between the first and the last. A new key counts where
              a record of the one before names it.
                --signers FILE         the keys that may sign, as the machine keeps them in keys/audit.signers
                --head NUMBER:SHA256   what somebody noted down of the last record: finds a chain that was cut
                --anchor FILE          the same for each line of the file that CLOISTER_ANCHOR names
            cloister audit rotate
              As root on the machine: has records signed with a new key, which the old one vouches for.
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
