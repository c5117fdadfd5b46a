-- Reports are signed by the agent, and each names the one before it: what is here is what can be shown to others.
alter table audit_report
  add column sequence bigint,
  add column sha256 text,
  add column signature text,
  add constraint audit_report_signed check (num_nulls(sequence, sha256, signature) in (0, 3));

create unique index audit_report_sequence on audit_report (sequence);
