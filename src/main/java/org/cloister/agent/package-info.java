/**
 * The root process: it makes, enters and removes tenants, and believes nobody.
 *
 * <p>No network, no HTTP, no database; its dependencies are the JDK, JNA, junixsocket and Jackson. It serves typed
 * requests on a unix socket, checks each again, and keeps tenants as their specifications say with nobody asking.
 */
package org.cloister.agent;
