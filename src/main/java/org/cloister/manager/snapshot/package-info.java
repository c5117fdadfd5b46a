/**
 * Snapshots of tenants. The agent keeps them, and its list is the truth of what there is: nothing of them is stored here,
 * so nothing can differ. This package asks it, one operation a wish, and writes down who wished.
 */
package org.cloister.manager.snapshot;
