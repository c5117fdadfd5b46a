/**
 * The btrfs pool: templates, the tenants' root file systems as snapshots of them, and their quotas.
 *
 * <p>Quotas are btrfs's <em>simple</em> ones: full qgroups mark the whole pool inconsistent at every snapshot into a
 * group (kernel.md). A tenant's data and metadata, its snapshots included, are billed to {@code 1/<slot>}.
 */
package org.cloister.agent.storage;
