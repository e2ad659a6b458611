DO $$
BEGIN
  IF (SELECT atttypid FROM pg_attribute
      WHERE attrelid = 'plant.products'::regclass AND attname = 'bytes') <> 'bigint'::regtype THEN
    RAISE EXCEPTION 'products.bytes is no bigint';
  END IF;
END
$$;
