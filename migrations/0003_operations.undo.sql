DROP FUNCTION plant.backlog(plant.job_kind);
DROP VIEW plant.daily_production, plant.open_jobs;
DROP TABLE plant.system_parameters;
