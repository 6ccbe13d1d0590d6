CREATE EXTENSION IF NOT EXISTS "uuid-ossp";

CREATE FUNCTION record_id(namespace uuid, value text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN text = '' THEN NULL
    WHEN text ~* '^([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}(-0{4}){3}-0{12}|f{8}(-f{4}){3}-f{12})$' THEN text::uuid
    ELSE uuid_generate_v5(namespace, text)
  END
  FROM normalize(btrim(value, E'\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'), NFC) AS text
$$;
