-- Every state but the final ones leads somewhere.
DO $$
BEGIN
  IF EXISTS (
    SELECT FROM plant.job_statuses s
    WHERE NOT is_final
      AND NOT EXISTS (SELECT FROM plant.job_status_transitions WHERE before = s.status)
  ) THEN
    RAISE EXCEPTION 'a state is a dead end';
  END IF;
END
$$;
