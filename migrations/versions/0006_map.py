"""What the map reads: counts of entries in squares, for every zoom."""

from alembic import op

revision = "0006_map"
down_revision = "0005_search"
branch_labels = None
depends_on = None

NUMBERS = """
-- Columns and rows of the web map's squares, 2^level of each, from the north-west. Scaling by a power of two
-- loses no bit, so that a square is in the very square of each lower level that its own bits say.
CREATE FUNCTION face.column_at(lon double precision, level integer) RETURNS integer
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN floor((lon + 180) / 360 * (1 << level))::integer;
CREATE FUNCTION face.row_at(lat double precision, level integer) RETURNS integer
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN floor((0.5 - ln(tan(radians(lat)) + 1 / cos(radians(lat))) / (2 * pi())) * (1 << level))::integer;

CREATE FUNCTION face.spread(number bigint) RETURNS bigint
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  number := (number | (number << 16)) & 281470681808895;
  number := (number | (number << 8)) & 71777214294589695;
  number := (number | (number << 4)) & 1085102592571150095;
  number := (number | (number << 2)) & 3689348814741910323;
  RETURN (number | (number << 1)) & 6148914691236517205;
END $$;
CREATE FUNCTION face.square_at(lon double precision, lat double precision) RETURNS bigint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (face.spread(face.column_at(lon, 24)) << 1) | face.spread(face.row_at(lat, 24));
COMMENT ON FUNCTION face.square_at IS
  'The number of a point''s square of level 24: the bits of its column and row woven together.';
"""

ENTRIES = """
-- The card is read five hundred at a time: it stays in its row, and the longer texts go out of line first.
ALTER TABLE face.entries ALTER card SET STORAGE MAIN;
ALTER TABLE face.entries ADD COLUMN square bigint GENERATED ALWAYS AS (face.square_at(lon, lat)) STORED;
CREATE INDEX entries_square ON face.entries (square) INCLUDE (lon, lat, kind, id)
  WHERE square IS NOT NULL AND state <> 'closed';
CREATE INDEX entries_in_turn ON face.entries (id) INCLUDE (lon, lat, kind)
  WHERE square IS NOT NULL AND state <> 'closed';
"""

SQUARES = """
CREATE TABLE face.squares (
  level smallint NOT NULL,
  x integer NOT NULL,
  y integer NOT NULL,
  kind text NOT NULL,
  entries integer NOT NULL CHECK (entries > 0),
  lon_sum bigint NOT NULL,
  lat_sum bigint NOT NULL,
  first bigint NOT NULL,
  west double precision NOT NULL,
  south double precision NOT NULL,
  east double precision NOT NULL,
  north double precision NOT NULL,
  PRIMARY KEY (level, x, y, kind)
);
COMMENT ON TABLE face.squares IS
  'Entries with a public point that are not closed, counted in the web map''s squares of every second level. '
  'lon_sum, lat_sum: of millionths of a degree; first: the least number of an entry''s square; west to '
  'north: the box round the entries.';
CREATE TABLE face.without_pin (kind text PRIMARY KEY, entries integer NOT NULL);
COMMENT ON TABLE face.without_pin IS 'Entries of a kind without a public point that are not closed.';
"""

FILL = """
INSERT INTO face.squares
  SELECT 14, face.column_at(lon, 14), face.row_at(lat, 14), kind, count(*), sum(round(lon * 1e6)),
         sum(round(lat * 1e6)), min(square), min(lon), min(lat), max(lon), max(lat)
  FROM face.entries WHERE square IS NOT NULL AND state <> 'closed' GROUP BY 2, 3, 4;
DO $$ BEGIN
  FOR upper IN REVERSE 12..0 BY 2 LOOP
    INSERT INTO face.squares
      SELECT upper, x >> 2, y >> 2, kind, sum(entries), sum(lon_sum), sum(lat_sum), min(first), min(west),
             min(south), max(east), max(north)
      FROM face.squares WHERE level = upper + 2 GROUP BY 2, 3, 4;
  END LOOP;
END $$;
INSERT INTO face.without_pin
  SELECT kind, count(*) FROM face.entries WHERE square IS NULL AND state <> 'closed' GROUP BY kind;
"""


def upgrade() -> None:
    for part in (NUMBERS, ENTRIES, SQUARES, FILL):
        op.execute(part)


def downgrade() -> None:
    op.execute("DROP TABLE face.without_pin, face.squares")
    op.execute("ALTER TABLE face.entries DROP COLUMN square, ALTER card SET STORAGE EXTENDED")
    op.execute("DROP FUNCTION face.square_at, face.spread, face.row_at, face.column_at")
