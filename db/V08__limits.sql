-- Limits are an open table (org.cloister.protocol.Limit names them with their bounds); a plan and a tenant hold one
-- document of them. What every plan must say, and that nothing is negative, the database itself refuses to forget.
alter table plan add column limits jsonb;
update plan set limits = jsonb_build_object(
    'cpuPercent', cpu_percent, 'memoryBytes', memory_bytes, 'pids', pids, 'diskBytes', disk_bytes);
alter table plan
    drop column cpu_percent, drop column memory_bytes, drop column pids, drop column disk_bytes,
    alter column limits set not null,
    add constraint plan_limits_whole check (limits ?& array['cpuPercent', 'memoryBytes', 'pids', 'diskBytes']),
    add constraint plan_limits_numbers check (not jsonb_path_exists(limits, '$.* ? (@.type() != "number" || @ < 0)'));

alter table tenant add column limits jsonb;
update tenant set limits = jsonb_build_object(
    'cpuPercent', cpu_percent, 'memoryBytes', memory_bytes, 'pids', pids, 'diskBytes', disk_bytes);
alter table tenant
    drop column cpu_percent, drop column memory_bytes, drop column pids, drop column disk_bytes,
    alter column limits set not null,
    add constraint tenant_limits_whole check (limits ?& array['cpuPercent', 'memoryBytes', 'pids', 'diskBytes']),
    add constraint tenant_limits_numbers check (not jsonb_path_exists(limits, '$.* ? (@.type() != "number" || @ < 0)'));
