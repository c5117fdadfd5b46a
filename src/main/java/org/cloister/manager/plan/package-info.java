/** Plans: named sets of limits. A tenant takes a copy of its plan's limits; a plan that changes moves no tenant. */
package org.cloister.manager.plan;
