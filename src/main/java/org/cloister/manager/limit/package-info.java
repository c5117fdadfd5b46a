/** Limits for people: under which heading each stands, what it is called, and its values in words. Knows no tenant. */
package org.cloister.manager.limit;
