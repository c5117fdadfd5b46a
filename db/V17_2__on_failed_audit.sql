-- What is done with a tenant that an audit found not isolated. A tenant takes a copy with its limits: a plan that changes
-- moves nobody.
alter table plan add column on_failed_audit text not null default 'REPORT' check (on_failed_audit in ('REPORT', 'FREEZE'));
alter table tenant add column on_failed_audit text not null default 'REPORT' check (on_failed_audit in ('REPORT', 'FREEZE'));
