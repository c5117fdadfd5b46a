-- Work that takes a while, with its progress. Neither references its tenant: a deletion outlives what it deletes.
create table operation (
    id          uuid        primary key,
    kind        text        not null check (kind ~ '^[a-z]+(\.[a-z]+)+$'),
    tenant_id   uuid,
    tenant      text,
    subject     text,
    phase       text        not null,
    percent     integer     not null check (percent between 0 and 100),
    message     text        not null,
    done        boolean     not null default false,
    reason      text,
    problem     text,
    started_at  timestamptz not null default now(),
    finished_at timestamptz,
    constraint operation_done_has_an_end check (done = (finished_at is not null)),
    constraint operation_problem_is_an_end check (problem is null or done)
);

create index operation_unfinished on operation (started_at) where not done;
create index operation_by_tenant on operation (tenant, started_at desc);
