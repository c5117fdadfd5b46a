-- What a plan's tenants may ask of the kernel. A tenant takes a copy with its limits: a plan that changes moves nobody.
alter table plan add column profile text not null default 'STRICT' check (profile in ('STRICT', 'NESTING'));
alter table tenant add column profile text not null default 'STRICT' check (profile in ('STRICT', 'NESTING'));
