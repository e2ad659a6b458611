internal import Catalog

extension ScratchWatch {
  /// What is made in the scratch.
  ///
  /// Everything that a patch's own session calls runs as the administrator, under a search path that
  /// no `SET ROLE` and no `SET search_path` of the patch reaches.
  static let schema = """
    SET allow_system_table_mods = on;
    DROP SCHEMA IF EXISTS pg_drydock CASCADE;
    CREATE SCHEMA pg_drydock;
    GRANT USAGE ON SCHEMA pg_drydock TO PUBLIC;
    CREATE UNLOGGED TABLE pg_drydock.state (notes_locks boolean NOT NULL);
    INSERT INTO pg_drydock.state VALUES (false);
    CREATE UNLOGGED TABLE pg_drydock.record (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event text NOT NULL, kind text, name text,
      relation bigint, part int, detail text);
    \(keep)
    \(note)
    \(relations)
    \(activity)
    \(look)
    \(position)
    \(triggers)
    RESET allow_system_table_mods;
    """

  /// Refuses what anybody but the owner writes: a role in `pg_write_all_data` may write to every table,
  /// and its patch could take back what was noted of it.
  private static let keep =
    """
    CREATE FUNCTION pg_drydock.keep() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $drydock$
    BEGIN
      IF (SELECT relowner FROM pg_class WHERE oid = tg_relid)
        IS DISTINCT FROM (SELECT oid FROM pg_roles WHERE rolname = current_user)
      THEN
        RAISE insufficient_privilege
          USING MESSAGE = 'permission denied for table ' || tg_table_name;
      END IF;
      RETURN NULL;
    END $drydock$;

    """
    + ["state", "record"].map { table in
      """
      CREATE TRIGGER keep BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON pg_drydock.\(table)
        FOR EACH STATEMENT EXECUTE FUNCTION pg_drydock.keep();
      ALTER TABLE pg_drydock.\(table) ENABLE ALWAYS TRIGGER keep;
      """
    }.joined(separator: "\n")

  private static let asAdministrator =
    "SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $drydock$"

  /// Writes down what an event trigger is told, in the transaction of what it tells.
  ///
  /// A partition that goes with its table was neither named nor hangs on it by CASCADE: it `fell`.
  private static let note = """
    CREATE FUNCTION pg_drydock.note() RETURNS event_trigger LANGUAGE plpgsql
    \(asAdministrator)
    BEGIN
      IF tg_event = 'table_rewrite' THEN
        INSERT INTO pg_drydock.record (event, relation, detail) VALUES ('rewritten',
          pg_event_trigger_table_rewrite_oid(), pg_event_trigger_table_rewrite_reason());
        RETURN;
      END IF;
      IF tg_event = 'sql_drop' THEN
        INSERT INTO pg_drydock.record (event, kind, name, relation, part, detail)
        SELECT CASE WHEN original OR normal THEN 'dropped' ELSE 'fell' END, object_type,
          object_identity, objid, objsubid, address_names[cardinality(address_names)]
        FROM pg_event_trigger_dropped_objects()
        WHERE (original OR normal OR object_type = 'table') AND NOT is_temporary
          AND object_identity NOT LIKE '"_RETURN" on %';
      ELSE
        INSERT INTO pg_drydock.record (event, kind, name, relation)
        SELECT 'created', object_type, object_identity, objid
        FROM pg_event_trigger_ddl_commands()
        WHERE command_tag LIKE 'CREATE %' AND NOT in_extension
          AND schema_name IS DISTINCT FROM 'pg_temp';
      END IF;
      IF (SELECT notes_locks FROM pg_drydock.state) THEN
        INSERT INTO pg_drydock.record (event, relation, detail)
        SELECT DISTINCT 'locked', l.relation, l.mode FROM pg_locks AS l
        WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
          AND l.mode <> 'AccessShareLock';
      END IF;
    END $drydock$;
    """

  /// Relations as they stand: all of the user's, or some.
  private static let relations = """
    CREATE FUNCTION pg_drydock.relations(wanted oid[]) RETURNS jsonb LANGUAGE plpgsql
    \(asAdministrator)
    BEGIN
      RETURN (SELECT jsonb_agg(jsonb_build_object('oid', c.oid::bigint,
          'name', format('%I.%I', n.nspname, c.relname), 'kind', c.relkind,
          'file', coalesce(pg_relation_filenode(c.oid), 0)::bigint,
          'table', (SELECT i.indrelid::bigint FROM pg_index AS i WHERE i.indexrelid = c.oid),
          'isEmpty', c.relkind IN ('r', 'm') AND pg_relation_size(c.oid) = 0,
          'columns', c.relnatts,
          'bytes', CASE WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid)
            WHEN c.relkind = 'i' THEN pg_relation_size(c.oid) ELSE 0 END))
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE (wanted IS NULL OR c.oid = ANY (wanted))
          AND c.relkind IN ('r', 'p', 'm', 'v', 'f', 'S', 'i') AND n.nspname !~ '^pg_'
          AND n.nspname NOT IN (\(OwnSchemas.literals)));
    END $drydock$;
    """

  /// What was read and written: in this session's transaction, or as all have said until now.
  ///
  /// The first asks the functions under `pg_stat_xact_user_tables`: the view groups all tables with
  /// all their indexes each time, and a patch may have thousands of statements.
  private static let activity = """
    CREATE FUNCTION pg_drydock.activity(is_inside boolean) RETURNS jsonb LANGUAGE plpgsql
    \(asAdministrator)
    BEGIN
      IF is_inside THEN
        RETURN (SELECT jsonb_agg(jsonb_build_object('oid', oid::bigint, 'scans', scans,
            'inserted', inserted, 'updated', updated, 'deleted', deleted))
          FROM (SELECT oid, pg_stat_get_xact_numscans(oid) AS scans,
            pg_stat_get_xact_tuples_inserted(oid) AS inserted,
            pg_stat_get_xact_tuples_updated(oid) AS updated,
            pg_stat_get_xact_tuples_deleted(oid) AS deleted
            FROM pg_class WHERE relkind IN ('r', 'm', 'p') AND oid >= 16384) AS found
          WHERE scans > 0 OR inserted > 0 OR updated > 0 OR deleted > 0);
      END IF;
      RETURN (SELECT jsonb_agg(jsonb_build_object('oid', relid::bigint, 'scans', seq_scan,
          'inserted', n_tup_ins, 'updated', n_tup_upd, 'deleted', n_tup_del))
        FROM pg_stat_user_tables
        WHERE seq_scan > 0 OR n_tup_ins > 0 OR n_tup_upd > 0 OR n_tup_del > 0);
    END $drydock$;
    """

  /// One look.
  ///
  /// Before a statement the log's position comes last, after it first, so that nothing that
  /// looking itself writes is counted. The planner takes the thousands of locks that a patch may
  /// hold for a few, so nested loops are off.
  private static let look = """
    CREATE FUNCTION pg_drydock.look(after bigint, scope text, is_inside boolean, ignored oid[])
    RETURNS jsonb LANGUAGE plpgsql SET enable_nestloop = off
    \(asAdministrator)
    DECLARE
      first pg_lsn := pg_current_wal_insert_lsn();
      held jsonb; locked oid[]; noted jsonb; last bigint; found jsonb; done jsonb;
    BEGIN
      IF is_inside AND scope <> 'none' THEN
        WITH mine AS (SELECT DISTINCT l.relation, l.mode
          FROM pg_locks AS l LEFT JOIN pg_class AS c ON c.oid = l.relation
          WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
            AND l.mode <> 'AccessShareLock' AND l.relation >= 16384
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND c.relnamespace IS DISTINCT FROM 'pg_toast'::regnamespace),
          wanted AS (SELECT relation FROM mine EXCEPT SELECT unnest(ignored))
        SELECT jsonb_agg(jsonb_build_object('relation', relation::bigint, 'mode', mode)),
          array_agg(DISTINCT relation) INTO held, locked FROM mine JOIN wanted USING (relation);
      END IF;
      SELECT jsonb_agg(to_jsonb(r) - 'number' ORDER BY r.number), max(r.number) INTO noted, last
      FROM pg_drydock.record AS r WHERE r.number > after;
      IF scope = 'all' THEN found := pg_drydock.relations(NULL);
      ELSIF scope = 'locked' THEN found := pg_drydock.relations(coalesce(locked, '{}'));
      END IF;
      done := pg_drydock.activity(is_inside);
      RETURN jsonb_build_object('locks', coalesce(held, '[]'), 'records', coalesce(noted, '[]'),
        'lastRecord', coalesce(last, after), 'relations', coalesce(found, '[]'),
        'activity', coalesce(done, '[]'),
        'isBlind', coalesce(current_setting('event_triggers', true), 'on') = 'off',
        'walBefore', pg_wal_lsn_diff(first, '0/0'),
        'walAfter', pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'));
    END $drydock$;
    """

  /// The log's position alone.
  private static let position = """
    CREATE FUNCTION pg_drydock.position() RETURNS bigint LANGUAGE plpgsql
    \(asAdministrator)
    BEGIN
      RETURN pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint;
    END $drydock$;
    """

  /// They fire also where a patch sets `session_replication_role` (manual, ALTER EVENT TRIGGER).
  private static let triggers = ["table_rewrite", "sql_drop", "ddl_command_end"].map { event in
    """
    CREATE EVENT TRIGGER drydock_\(event) ON \(event) EXECUTE FUNCTION pg_drydock.note();
    ALTER EVENT TRIGGER drydock_\(event) ENABLE ALWAYS;
    """
  }.joined(separator: "\n")
}
