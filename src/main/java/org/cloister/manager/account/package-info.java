/**
 * Who is asking: the admin's bearer token, one-time sign-in links, browser sessions, and the check that a browser's
 * request came from our own pages. Tokens are kept as SHA-256 alone.
 */
package org.cloister.manager.account;
