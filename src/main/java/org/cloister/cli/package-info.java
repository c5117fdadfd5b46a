/** The command line. What it does without a server it does with the JDK and {@code protocol} alone. */
package org.cloister.cli;
