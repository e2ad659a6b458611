ALTER TABLE plant.products ALTER COLUMN checksum DROP NOT NULL;
