/** Templates: the Debian suites that a tenant's root file system can be a snapshot of. The agent builds and keeps them. */
package org.cloister.manager.template;
