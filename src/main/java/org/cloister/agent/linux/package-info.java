/**
 * The kernel, one method a system call: C's names, no policy. The only package that imports JNA.
 *
 * <p>Numbers of system calls above 423 are the same on every architecture; older calls go through libc's own wrappers.
 * Every descriptor is made with its close-on-exec flag and has one owner, an {@link org.cloister.agent.linux.Fd}. A
 * failing call is a {@link org.cloister.agent.linux.SyscallException}: the call, its arguments and errno as data.
 */
package org.cloister.agent.linux;
