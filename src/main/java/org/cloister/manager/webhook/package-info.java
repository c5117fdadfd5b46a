/**
 * The webhook: events of chosen kinds are posted to one receiver, in order and at least once, as Standard Webhooks
 * (standardwebhooks.com) has it. A receiver that is away, slow or mad holds up nothing but what is posted to it.
 */
package org.cloister.manager.webhook;
