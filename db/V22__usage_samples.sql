-- What tenants used, for charts: each row stands for so many seconds from "at" on. Means and peaks in the order of
-- History.LIMITS, to which more may be added at the end. Rows of a short step are gathered into those of the next and go.
create table usage_sample (
    tenant_id uuid        not null references tenant on delete cascade,
    step      integer     not null check (step in (60, 600, 7200, 86400)),
    at        timestamptz not null,
    mean      real[]      not null,
    peak      real[]      not null check (cardinality(peak) = cardinality(mean)),
    primary key (tenant_id, step, at)
);
create index usage_sample_age on usage_sample (step, at);
