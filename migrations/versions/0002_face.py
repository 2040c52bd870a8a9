"""The public face: its schema, its tables and views, and the role that can select from nothing else."""

from alembic import op

revision = "0002_face"
down_revision = "0001_directory"
branch_labels = None
depends_on = None

WORDS = """
CREATE TEXT SEARCH CONFIGURATION face.plain_english (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION face.plain_english
  ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, english_stem;

-- unaccent() is only STABLE because its dictionary could change; ours does not, and an index needs IMMUTABLE.
CREATE FUNCTION face.fold(words text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN btrim(regexp_replace(
    lower(public.unaccent('public.unaccent'::regdictionary, translate(words, '''’‘`', ''))),
    '[^[:alnum:]]+', ' ', 'g'));
"""

ENTRIES = """
CREATE TABLE face.entries (
  id uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE,
  kind text NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  lon double precision,
  lat double precision,
  point geometry(Point, 27700),
  precision text,
  everywhere boolean NOT NULL,
  has_coverage boolean NOT NULL,
  serves text[] NOT NULL,
  coverage geometry(MultiPolygon, 27700),
  coverage_km2 double precision,
  areas text[] NOT NULL,
  needs text[] NOT NULL,
  audiences text[] NOT NULL,
  access text[] NOT NULL,
  languages text[] NOT NULL,
  delivery text[] NOT NULL,
  cost text,
  state text NOT NULL,
  words tsvector NOT NULL,
  checked_on date,
  body text NOT NULL,
  sessions text NOT NULL,
  card text NOT NULL,
  detail text NOT NULL,
  is_example boolean NOT NULL,
  version integer NOT NULL,
  changed_at timestamptz NOT NULL,
  CONSTRAINT point_is_whole CHECK ((lon IS NULL) = (lat IS NULL) AND (lon IS NULL) = (point IS NULL))
);
COMMENT ON TABLE face.entries IS
  'What the public may see of each entry, worked out when it is saved. serves: areas served whole; '
  'coverage: radius and drawn pieces, in metres; areas: those it is in or serves; body: its public words, '
  'folded; sessions, card, detail: JSON, ready to be sent.';
CREATE INDEX entries_point ON face.entries USING gist (point);
CREATE INDEX entries_coverage ON face.entries USING gist (coverage);
CREATE INDEX entries_words ON face.entries USING gin (words);
CREATE INDEX entries_name_key ON face.entries USING gin (name_key public.gin_trgm_ops);
CREATE INDEX entries_serves ON face.entries USING gin (serves);
CREATE INDEX entries_areas ON face.entries USING gin (areas);
CREATE INDEX entries_kind ON face.entries (kind);
CREATE INDEX entries_examples ON face.entries (is_example) WHERE is_example;

CREATE TABLE face.sessions (
  entry_id uuid NOT NULL REFERENCES face.entries ON DELETE CASCADE,
  position integer NOT NULL,
  purpose text NOT NULL,
  repeats text NOT NULL CHECK (repeats IN ('once', 'weekly', 'monthly')),
  weekday smallint CHECK (weekday BETWEEN 1 AND 7),
  nth smallint CHECK (nth BETWEEN -1 AND 5),
  every smallint NOT NULL,
  starts_on date NOT NULL,
  until date,
  from_minute smallint,
  to_minute smallint,
  not_on date[] NOT NULL,
  also_on date[] NOT NULL,
  PRIMARY KEY (entry_id, position, weekday)
);
COMMENT ON TABLE face.sessions IS
  'One row for each weekday of a repeat rule. weekday: ISO, 1 is Monday; nth: of the month, -1 is the last; '
  'minutes are since midnight, Europe/London wall time; null minutes mean the hours are not known.';
CREATE INDEX sessions_weekday ON face.sessions (weekday);

CREATE FUNCTION face.happens_on(s face.sessions, d date) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN d = ANY (s.also_on) OR (
    d >= s.starts_on AND (s.until IS NULL OR d <= s.until) AND NOT d = ANY (s.not_on)
    AND CASE s.repeats
      WHEN 'once' THEN d = s.starts_on
      WHEN 'weekly' THEN extract(isodow FROM d) = s.weekday
        AND ((d - extract(isodow FROM d)::int) - (s.starts_on - extract(isodow FROM s.starts_on)::int))
            / 7 % s.every = 0
      ELSE extract(isodow FROM d) = s.weekday
        AND CASE WHEN s.nth > 0 THEN (extract(day FROM d)::int + 6) / 7 = s.nth
                 ELSE extract(month FROM d + 7) <> extract(month FROM d) END
        AND ((extract(year FROM d) - extract(year FROM s.starts_on)) * 12
             + extract(month FROM d) - extract(month FROM s.starts_on))::int % s.every = 0
      END);

CREATE TABLE face.words (word text PRIMARY KEY, lexeme text NOT NULL, entries integer NOT NULL);
COMMENT ON TABLE face.words IS
  'The words our own entries use: what a misspelt word is corrected from. lexeme: its stem.';
CREATE INDEX words_lexeme ON face.words (lexeme);
CREATE INDEX words_start ON face.words (word COLLATE "C");
CREATE INDEX words_trigram ON face.words USING gin (word public.gin_trgm_ops);

CREATE TABLE face.data_version (one boolean PRIMARY KEY DEFAULT true CHECK (one), version bigint NOT NULL);
INSERT INTO face.data_version (version) VALUES (1);
"""

VIEWS = """
CREATE VIEW face.areas AS
  SELECT a.code, a.slug, a.name, a.aliases, a.type, a.shape, a.size_km2, a.dated_on, a.is_example,
         s.name AS source, s.licence, s.attribution
  FROM directory.area a LEFT JOIN directory.source s ON s.code = a.source_code;
CREATE VIEW face.connectors AS
  SELECT c.id, c.slug, c.role, c.organisation, c.about, c.helps_with, c.phone, c.email, c.web, c.is_example,
         ARRAY(SELECT p.area_code FROM directory.patch p WHERE p.connector_id = c.id ORDER BY 1) AS areas
  FROM directory.connector c;
CREATE VIEW face.terms AS SELECT scheme, code, label, words, position FROM directory.term;
CREATE VIEW face.links AS
  SELECT l.from_id, l.to_id, l.type, l.note
  FROM directory.link l JOIN face.entries f ON f.id = l.from_id JOIN face.entries t ON t.id = l.to_id;
CREATE VIEW face.old_slugs AS
  SELECT o.slug, o.entry_id FROM directory.old_slug o JOIN face.entries f ON f.id = o.entry_id;
CREATE VIEW face.sources AS
  SELECT code, name, url, licence, licence_url, attribution FROM directory.source;
CREATE VIEW face.postcodes AS
  SELECT code, quality, lon, lat, district, ward, terminated FROM gazetteer.postcode;
CREATE VIEW face.postcode_groups AS SELECT code, kind, lon, lat, near FROM gazetteer.postcode_group;
CREATE VIEW face.settlements AS
  SELECT id, name, aliases, name_keys, kind, district, lon, lat, rank FROM gazetteer.settlement;
CREATE INDEX settlement_name_keys ON gazetteer.settlement USING gin (name_keys);
"""

ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hereabouts_face') THEN
    CREATE ROLE hereabouts_face NOLOGIN;
  END IF;
  -- Where the address given to us is not a superuser's, it must be able to step down to the role.
  EXECUTE format('GRANT hereabouts_face TO %I', current_user);
END $$;
GRANT USAGE ON SCHEMA face TO hereabouts_face;
GRANT SELECT ON ALL TABLES IN SCHEMA face TO hereabouts_face;
ALTER DEFAULT PRIVILEGES IN SCHEMA face GRANT SELECT ON TABLES TO hereabouts_face;
"""


def upgrade() -> None:
    op.execute("CREATE SCHEMA face")
    for part in (WORDS, ENTRIES, VIEWS, ROLE):
        op.execute(part)


def downgrade() -> None:
    # The role belongs to the whole server and may serve another database of it: it stays, powerless here.
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA face REVOKE SELECT ON TABLES FROM hereabouts_face")
    op.execute("DROP INDEX gazetteer.settlement_name_keys")
    op.execute("DROP SCHEMA face CASCADE")
