package org.cloister.manager.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.cloister.manager.event.Event;
import org.cloister.manager.event.EventLog;
import org.cloister.manager.event.EventRecorded;
import org.cloister.manager.page.Words;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Posts what waits, one event after the other, on a thread of its own. Each is tried until it is received, with longer and
 * longer pauses; what is older than three days when its receiver fails again is given up, and the log says so.
 */
@ApplicationScoped
class WebhookSender implements Runnable {

    private static final Logger LOG = Logger.getLogger(WebhookSender.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    private static final Duration GIVEN_UP_AFTER = Duration.ofDays(3);

    /** Nobody's word is needed after that: one that was lost costs no more. */
    private static final Duration LOOKS_EVERY = Duration.ofSeconds(30);

    @Inject
    WebhookQueue queue;

    @Inject
    EventLog events;

    @Inject
    ObjectMapper json;

    @Inject
    MeterRegistry metrics;

    @ConfigProperty(name = "cloister.home")
    Path home;

    /** The name in reports and in every other place that tells instances apart. */
    @ConfigProperty(name = "cloister.instance")
    String instance;

    private final Semaphore word = new Semaphore(0);
    private WebhookDelivery delivery;
    private Thread thread;
    private Counter received;
    private Counter failed;

    private volatile WebhookProgress progress = new WebhookProgress(null, 0, null, null);

    /** @param data of the event, as the API has it, and where it happened */
    private record Message(String type, Instant timestamp, Data data) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Data(
            String host, String instance, long id, String actor, String tenant, String sentence, String link) {}

    void start(@Observes @Priority(20) StartupEvent start) {
        if (queue.target().isEmpty()) return;
        received = Counter.builder("cloister.webhook.received")
                .description("events that the webhook's receiver has taken")
                .register(metrics);
        failed = Counter.builder("cloister.webhook.failed")
                .description("times that it did not")
                .register(metrics);
        Gauge.builder("cloister.webhook.waiting", queue::waiting)
                .description("events that are still to be posted to the webhook")
                .register(metrics);
        delivery = new WebhookDelivery(LIMIT);
        thread = Thread.ofPlatform().daemon().name("webhook").start(this);
    }

    /** Only once it is stored for good is there something to read. */
    void wake(@Observes(during = TransactionPhase.AFTER_SUCCESS) EventRecorded recorded) {
        word.release();
    }

    WebhookProgress progress() {
        return progress;
    }

    @Override
    public void run() {
        try {
            while (true) {
                Optional<Event> next = next();
                if (next.isPresent()) post(next.get());
                else if (word.tryAcquire(LOOKS_EVERY.toMillis(), TimeUnit.MILLISECONDS)) word.drainPermits();
            }
        } catch (InterruptedException e) {
            LOG.debug("the webhook ends with the manager");
        }
    }

    /** Empty also where the database does not answer: asked again at the next word. */
    private Optional<Event> next() {
        try {
            return queue.next();
        } catch (RuntimeException e) {
            LOG.warnf("the events that wait for the webhook cannot be read: %s", e.getMessage());
            return Optional.empty();
        }
    }

    private void post(Event event) throws InterruptedException {
        WebhookTarget target = queue.target().orElseThrow();
        try {
            WebhookSecret secret = WebhookSecret.at(home.resolve("keys/manager/webhook.secret"));
            delivery.post(target.url(), secret, "evt_" + secret.installation() + "_" + event.id, body(event));
            received.increment();
            progress = progress.received(Instant.now());
            queue.received(event);
        } catch (WebhookDelivery.FailedException e) {
            pause(event, target, target.shown() + " does not take events: " + e.getMessage() + ".");
        } catch (IOException e) {
            pause(event, target, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("The webhook's turn broke off", e);
            pause(event, target, "Something went wrong in the manager itself; its log says what.");
        }
    }

    private void pause(Event event, WebhookTarget target, String fault) throws InterruptedException {
        failed.increment();
        Duration pause = pause(progress.failures());
        progress = progress.failed(fault, Instant.now().plus(pause));
        LOG.warnf("event %d was not posted: %s", event.id, fault);
        giveUp(target);
        Thread.sleep(pause);
    }

    private void giveUp(WebhookTarget target) {
        try {
            int forgotten = queue.forget(Instant.now().minus(GIVEN_UP_AFTER));
            if (forgotten > 0)
                events.record(
                        "cloister",
                        "webhook.forgotten",
                        null,
                        Words.plural(forgotten, "event") + " older than three days will not be posted any more: "
                                + target.shown() + " does not receive them.");
        } catch (RuntimeException e) {
            LOG.warnf("old events of the webhook cannot be given up: %s", e.getMessage());
        }
    }

    /** @param failures before this one, in a row */
    static Duration pause(int failures) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures, 20));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    private byte[] body(Event event) throws IOException {
        String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        try {
            return json.writeValueAsBytes(new Message(
                    event.kind,
                    event.at,
                    new Data(host, instance, event.id, event.actor, event.tenant, event.sentence, event.link)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @PreDestroy
    void stop() {
        if (thread == null) return;
        thread.interrupt();
        delivery.close();
    }
}
