DROP VIEW plant.daily_production;
ALTER TABLE plant.products ALTER COLUMN bytes TYPE integer;

CREATE VIEW plant.daily_production AS
  SELECT made, count(*) AS products, sum(bytes) AS bytes, round(avg(cloud_cover), 1) AS cloud_cover
  FROM plant.products
  GROUP BY made;
