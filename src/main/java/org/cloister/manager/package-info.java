/**
 * The unprivileged process: pages, REST, SSH, scheduler and database, by feature. It asks the agent for whatever needs
 * root and holds no capability of its own.
 */
package org.cloister.manager;
