/** The event log: who did what to whom, append-only; the database refuses to change or delete a line. */
package org.cloister.manager.event;
