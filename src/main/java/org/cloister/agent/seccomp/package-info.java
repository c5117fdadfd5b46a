/**
 * The filter of system calls that every process of a tenant runs under: rules are data (tenants/seccomp), compiled here
 * into a program for the kernel.
 *
 * <p>libseccomp gives the numbers of calls; the program is assembled here, because libseccomp takes one comparison an
 * argument in a rule and lets an unconditional rule swallow the conditional ones, while an ioctl needs both "this type
 * not" and "but for these four".
 */
package org.cloister.agent.seccomp;
