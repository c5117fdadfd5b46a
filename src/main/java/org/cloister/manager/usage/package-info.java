/**
 * What tenants used over time: samples taken a minute apart, thinned as they age from minutes to days, and drawn as charts
 * on the server. What a tenant uses now is {@code tenant}'s.
 */
package org.cloister.manager.usage;
