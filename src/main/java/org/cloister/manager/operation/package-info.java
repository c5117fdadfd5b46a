/** Work that takes a while: stored with its progress, so that it can be waited for, watched, and looked up later. */
package org.cloister.manager.operation;
