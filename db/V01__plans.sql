-- A plan is a named set of limits that tenants are onboarded with.
create table plan (
    name         text        primary key check (name ~ '^[a-z][a-z0-9-]{0,30}$'),
    summary      text        not null check (length(summary) <= 200),
    cpu_percent  integer     not null check (cpu_percent between 1 and 100000),
    memory_bytes bigint      not null check (memory_bytes between 16777216 and 70368744177664),
    pids         integer     not null check (pids between 16 and 4000000),
    disk_bytes   bigint      not null check (disk_bytes between 67108864 and 1125899906842624),
    created_at   timestamptz not null default now()
);
