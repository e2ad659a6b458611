DROP TABLE plant.products;
