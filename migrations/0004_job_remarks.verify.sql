SELECT remark FROM plant.jobs LIMIT 1;
