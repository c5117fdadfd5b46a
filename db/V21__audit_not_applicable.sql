-- What a report could not try, beside what it did: a list that leaves it out makes a run look larger than it was.
alter table audit_report add column not_applicable integer;

update audit_report
set not_applicable = coalesce((convert_from(document, 'UTF8')::json #>> '{summary,not-applicable}')::integer, 0);

alter table audit_report
  alter column not_applicable set not null,
  add constraint audit_report_not_applicable check (not_applicable >= 0);
