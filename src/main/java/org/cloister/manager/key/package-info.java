/**
 * What logs in: public keys as people paste them, and the options before them, as sshd(8) has them in authorized_keys.
 * Text in, data out: nothing here reads a file or a name service, and a row of the database is described and not sought.
 *
 * <p>May touch nothing of the manager but how it refuses ({@link org.cloister.manager.problem.Refusal}).
 */
package org.cloister.manager.key;
