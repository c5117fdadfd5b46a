/**
 * Keys whose certificates log in to every tenant that they are made out to, and certificates that no longer do. What a
 * certificate is worth is decided in the SSH gateway; here is what the admin says of it.
 */
package org.cloister.manager.authority;
