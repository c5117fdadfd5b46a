/**
 * Who may do what: one table of rules ({@code rules}), asked once for every request before anything answers it, and by
 * the pages, which show nothing that would be refused. Authentication says who the caller is; nothing else decides.
 */
package org.cloister.manager.right;
