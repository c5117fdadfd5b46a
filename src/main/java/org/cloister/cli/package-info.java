/**
 * The command line. One table ({@code Commands}) says what there is; parsing, help, manual page and completions are read
 * from it. It asks the REST API and nothing else; what it does without a server it does with the JDK and {@code protocol}
 * alone. It is started for each command, so that classes which are slow to load are not used here.
 */
package org.cloister.cli;
