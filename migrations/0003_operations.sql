-- What the operators set and look at.

-- One row, whose changes take effect at once.
CREATE TABLE plant.system_parameters (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  job_kinds plant.job_kind[] NOT NULL DEFAULT '{fetch,calibrate,mosaic,publish}',
  search_window interval NOT NULL DEFAULT '2 days',
  workers integer NOT NULL DEFAULT 8 CHECK (workers >= 0)
);

INSERT INTO plant.system_parameters DEFAULT VALUES;

CREATE VIEW plant.open_jobs AS
  SELECT job_id, kind, tile, priority, status, created
  FROM plant.jobs
  WHERE status NOT IN (SELECT status FROM plant.job_statuses WHERE is_final);

CREATE VIEW plant.daily_production AS
  SELECT made, count(*) AS products, sum(bytes) AS bytes, round(avg(cloud_cover), 1) AS cloud_cover
  FROM plant.products
  GROUP BY made;

CREATE FUNCTION plant.backlog(of_kind plant.job_kind) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT count(*) FROM plant.open_jobs WHERE kind = of_kind
$$;
