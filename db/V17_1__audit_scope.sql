-- An audit may be of some tenants alone, their row and column of the matrix: their names, with a space between. Null: all.
alter table audit_report add column focus text;

-- Tenants that changed, until an audit has covered them.
create table audit_due (
    tenant uuid        primary key references tenant on delete cascade,
    since  timestamptz not null
);

-- What stands red: who reached whom, or, where both are the same, who is not as the facts say it must be; null is the
-- machine. It stands until an audit that passed has tried it again, and says whether the plan's answer was given.
create table audit_red (
    tenant   uuid    references tenant on delete cascade,
    victim   uuid    references tenant on delete cascade,
    report   uuid    not null references audit_report,
    answered boolean not null default false
);

create unique index audit_red_once on audit_red
    (coalesce(tenant, '00000000-0000-0000-0000-000000000000'), coalesce(victim, '00000000-0000-0000-0000-000000000000'));

insert into audit_red (report, answered)
    select id, true from (select id, verdict from audit_report order by started_at desc limit 1) latest
    where verdict = 'failed';
