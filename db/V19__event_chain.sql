-- Each event is sealed with the one before it: the SHA-256 of that one's seal and of the event as text. Whoever changes
-- or removes a line in spite of the triggers has to write every seal after it anew, and the last one was noted elsewhere.
-- Sealed as the transaction ends, one after another, so that numbers have no gaps and no lock is held while work is done.
create table event_seal (
    sequence bigint primary key check (sequence > 0),
    event_id bigint not null unique references event,
    sha256   bytea  not null check (length(sha256) = 32)
);

create function event_text(e event) returns bytea language sql stable as $$
    select convert_to(
        jsonb_build_array(e.id, (extract(epoch from e.at) * 1000000)::bigint, e.actor, e.kind, e.tenant, e.sentence, e.link)::text,
        'UTF8')
$$;

create function event_is_sealed() returns trigger language plpgsql as $$
declare
    last event_seal;
begin
    perform pg_advisory_xact_lock(hashtext('event_seal'));
    select * into last from event_seal order by sequence desc limit 1;
    insert into event_seal values (
        coalesce(last.sequence, 0) + 1, new.id, sha256(coalesce(last.sha256, ''::bytea) || event_text(new)));
    return null;
end $$;

do $$
declare
    e event;
    prior bytea := '';
    n bigint := 0;
begin
    for e in select * from event order by id loop
        n := n + 1;
        prior := sha256(prior || event_text(e));
        insert into event_seal values (n, e.id, prior);
    end loop;
end $$;

create constraint trigger event_sealed after insert on event
    deferrable initially deferred for each row execute function event_is_sealed();

create trigger event_seal_stays before update or delete on event_seal
    for each row execute function event_is_append_only();

create trigger event_seal_stays_whole before truncate on event_seal
    for each statement execute function event_is_append_only();

-- The first number whose seal is not what the events say, or whose event or seal is missing; null where all is well.
create function event_chain_break() returns bigint language sql stable as $$
    select min(n) from (
        select s.sequence as n from (
            select sequence, event_id, sha256,
                   lag(sha256, 1, ''::bytea) over (order by sequence) as prior,
                   row_number() over (order by sequence) as place
              from event_seal) s
          left join event e on e.id = s.event_id
         where e.id is null or s.sequence <> s.place or s.sha256 <> sha256(s.prior || event_text(e))
        union all
        select coalesce((select max(sequence) from event_seal), 0) + 1
         where exists (select from event e where not exists (select from event_seal s where s.event_id = e.id))
    ) broken
$$;
