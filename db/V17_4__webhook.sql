-- Events that the webhook's receiver has not confirmed. A row is written with its event and removed once it was received,
-- so nothing is lost where events are stored in another order than they are numbered.
create table webhook_event (
    event bigint primary key references event
);
