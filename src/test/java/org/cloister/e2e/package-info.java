/**
 * The running product seen from outside: its REST API, its SSH port, its pages and its commands, with the programs that
 * people use (ssh, a browser, curl's job done by the JDK). Touches nothing of the product's own classes. Every test takes
 * the product from {@link org.cloister.e2e.Instance}; without one it is skipped, and {@code ops/test} always starts one.
 */
package org.cloister.e2e;
