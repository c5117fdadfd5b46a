-- A report of the isolation proof. The document is kept as bytes, never as parsed JSON: whoever
-- checks it later must see what was signed.
create table audit_report (
    id          uuid        primary key,
    verdict     text        not null check (verdict in ('passed', 'failed', 'void')),
    passed      integer     not null check (passed >= 0),
    failed      integer     not null check (failed >= 0),
    void        integer     not null check (void >= 0),
    started_at  timestamptz not null,
    finished_at timestamptz not null,
    document    bytea       not null
);

create index audit_report_latest on audit_report (started_at desc);
