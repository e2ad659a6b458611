-- Harmless: a column without a default changes no row.
ALTER TABLE plant.jobs ADD COLUMN remark text;
COMMENT ON COLUMN plant.jobs.remark IS 'What an operator wants the next shift to know.';
