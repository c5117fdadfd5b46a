/**
 * How a refusal reaches people and programs: one exception with a sentence, mapped once to application/problem+json;
 * pages show the same sentence beside the same field.
 */
package org.cloister.manager.problem;
