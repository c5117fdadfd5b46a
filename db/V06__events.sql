-- Who did what to whom, append-only.
create table event (
    id       bigint      generated always as identity primary key,
    at       timestamptz not null default now(),
    actor    text        not null,
    kind     text        not null check (kind ~ '^[a-z]+(\.[a-z-]+)+$'),
    tenant   text,
    sentence text        not null
);

create index event_by_tenant on event (tenant, id);

create function event_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'events are append-only: % is refused', tg_op using errcode = 'restrict_violation';
end $$;

create trigger event_stays before update or delete on event
    for each row execute function event_is_append_only();

create trigger event_stays_whole before truncate on event
    for each statement execute function event_is_append_only();
