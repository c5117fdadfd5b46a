/**
 * Who is asking: accounts with passkeys, password and second factor, one-time links, browser sessions, programs' tokens,
 * root's own token, and the check that a browser's request came from our own pages. Of passwords, codes and tokens hashes
 * alone are kept, of passkeys the public half; what they may do is {@code manager.right}'s.
 */
package org.cloister.manager.account;
