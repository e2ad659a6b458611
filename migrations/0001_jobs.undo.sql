DROP TABLE plant.job_status_changes, plant.jobs, plant.job_status_transitions, plant.job_statuses;
DROP FUNCTION plant.change_status();
DROP TYPE plant.job_kind;
DROP SCHEMA plant;
