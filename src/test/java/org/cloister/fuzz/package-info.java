/**
 * Parsers fed with what nobody would write, for as long as one likes: {@code ops/fuzz}. A target is a method that takes
 * bytes; what it throws beside what its parser promises to throw is a finding.
 */
package org.cloister.fuzz;
