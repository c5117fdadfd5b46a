/**
 * File transfers by sftp, as they pass: {@link org.cloister.manager.transfer.SftpWatch} follows both directions of the
 * protocol between a client and the tenant's own server, believes neither, changes nothing, and gives up with a note
 * where it cannot follow. Each file that was closed is an event with its name, size and SHA-256.
 *
 * <p>May touch the event log, and looks on at sessions; knows nothing of SSH.
 */
package org.cloister.manager.transfer;
