"""The SQL that works out what the public may see of an entry: the only place where privacy is applied.

A home-based entry (`privacy` street, area or hidden) gives away nothing but what is meant: its address lines,
place name and full postcode never reach the projection, its point is snapped or absent, and a circle round
its place is moved off the home.
"""

from api.face.near import entry_keys
from geo import sql

TRUE_POINT = sql.to_osgb("p.point")
# An area smaller than this round a private home would name the street.
LEAST_AREA_KM2 = 1

# Grouped, though by one entry: most have no coverage, and then there is no group to work anything out for.
COVERAGE = f"""
  SELECT served.shape, coalesce(served.serves, '{{}}') AS serves,
         coalesce(served.any_piece, false) AS any_piece, served.label
  FROM (SELECT 1) one LEFT JOIN (
  SELECT {sql.union_polygons("piece.shape")} AS shape,
         coalesce(array_agg(DISTINCT piece.area_code) FILTER (WHERE piece.area_code IS NOT NULL), '{{}}')
           AS serves,
         count(piece.shape) + count(piece.area_code) > 0 AS any_piece,
         string_agg(DISTINCT piece.label, ', ') AS label
  FROM (
    SELECT c.entry_id, c.area_code, coalesce(c.label, a.name) AS label,
           CASE c.how
             WHEN 'shape' THEN {sql.to_osgb("c.shape")}
             WHEN 'radius' THEN
               {
    sql.public_circle(f"coalesce({sql.to_osgb('c.centre')}, g.true_point)", "c.radius_m", "e.privacy")
}
           END AS shape
    FROM directory.coverage c LEFT JOIN directory.area a ON a.code = c.area_code
    WHERE c.entry_id = e.id
  ) piece GROUP BY piece.entry_id) served ON true
"""

# Areas whose codes may be named: those round the public point, or round a private one when they are large
# enough, and those the postcode's own record names.
AREAS_IN = f"""
  SELECT coalesce(array_agg(DISTINCT code ORDER BY code), '{{}}') AS codes FROM (
    SELECT a.code FROM directory.area a
    WHERE {sql.covers("a.shape", "p.point")}
      AND (e.privacy = 'exact' OR e.privacy <> 'hidden' AND a.size_km2 >= {LEAST_AREA_KM2})
    UNION ALL SELECT unnest(p.area_codes) WHERE e.privacy <> 'hidden'
    UNION ALL SELECT unnest(cov.serves)
  ) named
"""

# What was typed as a postcode and is none may be anything: cut short, it could still name the home.
WHOLE_POSTCODE = "^[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}$"

ACCESS_MERGED = "coalesce(p.access, '{}'::jsonb) || e.access"

PLACES = f"""
  CASE WHEN p.id IS NULL OR e.privacy = 'hidden' THEN '[]'::jsonb
  ELSE jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'name', CASE e.privacy WHEN 'exact' THEN p.name END,
    'address', CASE e.privacy WHEN 'exact' THEN to_jsonb(p.address) END,
    'town', p.town,
    'postcode', CASE WHEN e.privacy = 'exact' THEN p.postcode
                     WHEN p.postcode !~ '{WHOLE_POSTCODE}' THEN NULL
                     WHEN e.privacy = 'street' THEN left(p.postcode, -2)
                     ELSE split_part(p.postcode, ' ', 1) END,
    'point', pub.json,
    'access', CASE e.privacy WHEN 'exact' THEN p.access END,
    'located', CASE WHEN e.privacy <> 'exact' THEN NULL
                    WHEN p.point IS NULL THEN coalesce(p.locate_failure, 'not looked up yet')
                    ELSE p.located_by END
  ))) END
"""

SESSIONS = """
  SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
    'purpose', s.purpose, 'label', s.label, 'rrule', s.rrule, 'starts_on', s.starts_on,
    'starts_at', to_char(s.starts_at, 'HH24:MI'), 'ends_at', to_char(s.ends_at, 'HH24:MI'),
    'not_on', nullif(to_jsonb(s.not_on), '[]'), 'also_on', nullif(to_jsonb(s.also_on), '[]'),
    'note', s.note)) ORDER BY s.position), '[]'::jsonb) AS list,
    string_agg(concat_ws(' ', s.label, s.note), ' ' ORDER BY s.position) AS words
  FROM directory.session s WHERE s.entry_id = e.id
"""

CONTACTS = """
  SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
    'kind', c.kind, 'value', c.value, 'label', c.label)) ORDER BY c.position), '[]'::jsonb) AS list
  FROM directory.contact c WHERE c.entry_id = e.id AND c.public
"""

CHECKS = """
  SELECT coalesce(jsonb_agg(jsonb_build_object(
    'group', k.fact_group, 'how', k.how, 'by', k.checked_by, 'on', k.checked_on)
    ORDER BY k.checked_on DESC, k.fact_group), '[]'::jsonb) AS list, max(k.checked_on) AS latest
  FROM (SELECT DISTINCT ON (fact_group) fact_group, how, checked_by, checked_on
        FROM directory.entry_check WHERE entry_id = e.id ORDER BY fact_group, checked_on DESC) k
"""

FACTS = """
  SELECT coalesce(to_jsonb(tb), to_jsonb(ma), to_jsonb(di), to_jsonb(me), to_jsonb(tr)) - 'entry_id' - 'kind'
         AS document
  FROM (SELECT 1) one
  LEFT JOIN directory.timebank_facts tb ON e.kind = 'timebank' AND tb.entry_id = e.id
  LEFT JOIN directory.mutual_aid_facts ma ON e.kind = 'mutual_aid' AND ma.entry_id = e.id
  LEFT JOIN directory.drop_in_facts di ON e.kind = 'drop_in' AND di.entry_id = e.id
  LEFT JOIN directory.micro_enterprise_facts me ON e.kind = 'micro_enterprise' AND me.entry_id = e.id
  LEFT JOIN directory.transport_facts tr ON e.kind = 'transport' AND tr.entry_id = e.id
"""

TERMS = """
  SELECT coalesce(jsonb_agg(jsonb_build_object('code', t.code, 'label', t.label))
           FILTER (WHERE t.scheme = 'need'), '[]'::jsonb) AS needs,
         coalesce(jsonb_agg(jsonb_build_object('code', t.code, 'label', t.label))
           FILTER (WHERE t.scheme = 'audience'), '[]'::jsonb) AS audiences,
         string_agg(concat_ws(' ', t.label, array_to_string(t.words, ' ')), ' ') AS words
  FROM (
    -- Sorted once for all three.
    SELECT t.scheme, t.code, t.label, t.words FROM directory.term t
    WHERE t.scheme = 'need' AND t.code = ANY (e.needs)
       OR t.scheme = 'audience' AND t.code = ANY (e.audiences)
       OR t.scheme = 'kind' AND t.code = e.kind
    ORDER BY t.scheme, t.position OFFSET 0
  ) t
"""

# OFFSET 0, here and below, has a value that several columns show worked out once instead of for each.
# Only what the public sees is searchable: never an address line or a place name of a private home.
TEXTS = """
  SELECT e.name AS a,
         concat_ws(' ', e.summary, terms.words, o.name) AS b,
         concat_ws(' ', e.description, e.eligibility, e.cost_note, sessions.words,
                   (SELECT string_agg(translate(value #>> '{}', '_', ' '), ' ')
                    FROM jsonb_path_query(
                      facts.document - ARRAY['booking', 'scale', 'balance', 'fare_type', 'dbs_month'],
                      '$.** ? (@.type() == "string")') AS value),
                   CASE WHEN facts.document -> 'wheelchair_access' = 'true'::jsonb
                     THEN 'wheelchair accessible, takes wheelchairs' END) AS c,
         concat_ws(' ', CASE e.privacy WHEN 'exact' THEN p.name END,
                   CASE WHEN e.privacy <> 'hidden' THEN p.town END, cov.label) AS d
  OFFSET 0
"""

# As json, not jsonb: they are only ever text, which jsonb would first take apart and sort.
CARD = """
  json_build_object('id', e.id, 'slug', e.slug, 'url', '/entries/' || e.slug, 'kind', e.kind, 'name', e.name,
    'summary', e.summary, 'point', pub.json, 'checked_on', checks.latest, 'cost', e.cost,
    'delivery', e.delivery, 'organisation', o.name, 'state', e.state, 'privacy', e.privacy,
    'town', CASE WHEN e.privacy <> 'hidden' THEN p.town END,
    'place_name', CASE e.privacy WHEN 'exact' THEN p.name END,
    'coverage_label', cov.label, 'needs', terms.needs, 'is_example', e.is_example)
"""

DETAIL = f"""
  json_build_object('id', e.id, 'slug', e.slug, 'url', '/entries/' || e.slug, 'kind', e.kind,
    'name', e.name, 'summary', e.summary, 'description', e.description,
    'organisation', CASE WHEN o.id IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object(
       'name', o.name, 'description', o.description, 'url', o.url,
       'charity_number', o.charity_number, 'company_number', o.company_number)) END,
    'point', pub.json, 'privacy', e.privacy, 'places', {PLACES},
    'coverage', CASE WHEN cov.any_piece THEN jsonb_build_object('label', cov.label, 'areas', cov.serves) END,
    'everywhere', e.everywhere, 'needs', terms.needs, 'audiences', terms.audiences,
    'languages', e.languages, 'delivery', e.delivery, 'age_from', e.age_from, 'age_to', e.age_to,
    'eligibility', e.eligibility, 'cost', e.cost, 'cost_note', e.cost_note,
    'self_referral', e.self_referral, 'referral_by', e.referral_by,
    'access', {ACCESS_MERGED},
    'state', e.state, 'state_note', e.state_note, 'paused_until', e.paused_until,
    'sessions', sessions.list, 'contacts', contacts.list, 'checks', checks.list,
    'checked_on', checks.latest, 'facts', coalesce(facts.document, '{{}}'::jsonb),
    'source', CASE WHEN s.code IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object(
       'name', s.name, 'url', s.url, 'licence', s.licence, 'licence_url', s.licence_url,
       'attribution', s.attribution)) END,
    'is_example', e.is_example, 'version', e.version, 'updated_on', (e.updated_at AT TIME ZONE 'UTC')::date)
"""


def _one_word(words: str) -> str:
    """SQL of a text without apostrophes: "men's" is one word, as it is when somebody looks for it."""
    # translate() takes ten times as long.
    return f"regexp_replace({words}, '[''’‘`]', '', 'g')"


# What a list counts: each value with its group before it.
FACETS = f"""
  array_remove(ARRAY['kind:' || e.kind, 'cost:' || e.cost], NULL)
  || ARRAY(SELECT 'need:' || value FROM unnest(e.needs) AS value)
  || ARRAY(SELECT 'audience:' || value FROM unnest(e.audiences) AS value)
  || ARRAY(SELECT 'access:' || key FROM jsonb_each({ACCESS_MERGED}) WHERE value = 'true'::jsonb ORDER BY key)
  || ARRAY(SELECT 'language:' || value FROM unnest(e.languages) AS value)
  || ARRAY(SELECT 'delivery:' || value FROM unnest(e.delivery) AS value)
"""

# Column of face.entries → what it holds, in the order of the insert.
COLUMNS: dict[str, str] = {
    "id": "e.id",
    "slug": "e.slug",
    "kind": "e.kind",
    "name": "e.name",
    "name_key": "face.fold(e.name)",
    "lon": "pub.lon",
    "lat": "pub.lat",
    "point": "pub.point",
    "precision": "pub.precision",
    "everywhere": "e.everywhere",
    "has_coverage": "cov.any_piece",
    "serves": "cov.serves",
    "coverage": "cov.shape",
    "coverage_km2": "km2.total",
    "areas": "inside.codes",
    "near": entry_keys(
        everywhere="e.everywhere",
        point="pub.point",
        coverage="cov.shape",
        has_coverage="cov.any_piece",
        serves="cov.serves",
        areas="inside.codes",
    ),
    "needs": "e.needs",
    "audiences": "e.audiences",
    "access": (
        f"ARRAY(SELECT key FROM jsonb_each({ACCESS_MERGED}) WHERE value = 'true'::jsonb ORDER BY key)"
    ),
    "languages": "e.languages",
    "delivery": "e.delivery",
    "cost": "e.cost",
    "facets": FACETS,
    "state": "e.state",
    "words": " || ".join(
        f"setweight(to_tsvector('face.plain_english', {_one_word(f'texts.{part}')}), '{part.upper()}')"
        for part in "abcd"
    ),
    "checked_on": "checks.latest",
    "due_on": (
        "(SELECT (checks.latest + make_interval(months => r.months))::date "
        "FROM directory.check_rule r WHERE r.kind = e.kind)"
    ),
    "body": "face.fold(concat_ws(' ', texts.a, texts.b, texts.c, texts.d))",
    "sessions": "sessions.list::text",
    "card": f"({CARD})::text",
    "detail": f"({DETAIL})::text",
    "is_example": "e.is_example",
    "version": "e.version",
    "changed_at": "e.updated_at",
}

PUBLIC_PLACE = f"""
  SELECT at.point, at.lon, at.lat, at.precision,
         CASE WHEN at.point IS NOT NULL THEN
           jsonb_build_object('lat', at.lat, 'lon', at.lon, 'precision', at.precision) END AS json
  FROM (
    SELECT spot.point,
           CASE e.privacy WHEN 'exact' THEN round({sql.lon("p.point")}::numeric, 6)
             ELSE round({sql.lon(sql.to_wgs84("spot.point"))}::numeric, 6) END::double precision AS lon,
           CASE e.privacy WHEN 'exact' THEN round({sql.lat("p.point")}::numeric, 6)
             ELSE round({sql.lat(sql.to_wgs84("spot.point"))}::numeric, 6) END::double precision AS lat,
           -- A snapped point is known to about 100 m however well the home itself is known.
           CASE WHEN spot.point IS NULL THEN NULL
                WHEN e.privacy = 'street' AND p.precision = 'exact' THEN 'postcode'
                ELSE p.precision END AS precision
    FROM (SELECT {sql.public_point("g.true_point", "e.privacy")} AS point OFFSET 0) spot
    OFFSET 0
  ) at
  OFFSET 0
"""

PROJECTION = f"""
SELECT {", ".join(f"{what} AS {column}" for column, what in COLUMNS.items())}
FROM directory.entry e
LEFT JOIN directory.place p ON p.id = e.place_id
LEFT JOIN directory.organisation o ON o.id = e.organisation_id
LEFT JOIN directory.source s ON s.code = e.source_code
CROSS JOIN LATERAL (SELECT {TRUE_POINT} AS true_point OFFSET 0) g
CROSS JOIN LATERAL ({PUBLIC_PLACE}) pub
CROSS JOIN LATERAL ({COVERAGE}) cov
CROSS JOIN LATERAL ({AREAS_IN}) inside
CROSS JOIN LATERAL (
  SELECT {sql.area_km2("cov.shape")} AS drawn,
         (SELECT sum(a.size_km2) FROM directory.area a WHERE a.code = ANY (cov.serves)) AS named
) sizes
CROSS JOIN LATERAL (SELECT CASE WHEN cov.any_piece
    THEN coalesce(sizes.drawn, 0) + coalesce(sizes.named, 0) END AS total) km2
CROSS JOIN LATERAL ({SESSIONS}) sessions
CROSS JOIN LATERAL ({CONTACTS}) contacts
CROSS JOIN LATERAL ({CHECKS}) checks
CROSS JOIN LATERAL ({FACTS}) facts
CROSS JOIN LATERAL ({TERMS}) terms
CROSS JOIN LATERAL ({TEXTS}) texts
WHERE e.stage = 'published'
"""

# One row for each weekday of a rule. Rules are kept in the few forms `api.entries.sessions` writes.
SESSION_ROWS = """
SELECT s.entry_id, s.position, s.purpose,
       CASE substring(s.rrule FROM 'FREQ=([A-Z]+)') WHEN 'WEEKLY' THEN 'weekly' WHEN 'MONTHLY' THEN 'monthly'
            ELSE 'once' END AS repeats,
       coalesce((strpos('MOTUWETHFRSASU', right(day.code, 2)) + 1) / 2,
                extract(isodow FROM s.starts_on)::int) AS weekday,
       nullif(left(day.code, -2), '')::smallint AS nth,
       coalesce(substring(s.rrule FROM 'INTERVAL=([0-9]+)')::smallint, 1) AS every,
       s.starts_on, to_date(substring(s.rrule FROM 'UNTIL=([0-9]{8})'), 'YYYYMMDD') AS until,
       (extract(epoch FROM s.starts_at) / 60)::smallint AS from_minute,
       (extract(epoch FROM s.ends_at) / 60)::smallint AS to_minute,
       s.not_on, s.also_on
FROM directory.session s
JOIN face.entries f ON f.id = s.entry_id
LEFT JOIN LATERAL unnest(string_to_array(substring(s.rrule FROM 'BYDAY=([^;]+)'), ',')) AS day (code) ON true
"""
