/**
 * What the pages of all features share: the frame around them, the words for sizes and times, the records that a gauge
 * and a sign are drawn from, and the pages that say what went wrong.
 *
 * <p>The pages themselves lie with their features, as {@code …Pages} resources. They ask the same services as the API
 * does and show the same sentences; a page holds no rule of its own.
 */
package org.cloister.manager.page;
