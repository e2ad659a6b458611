ALTER TABLE plant.jobs DROP COLUMN remark;
