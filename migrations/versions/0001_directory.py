"""The tables of the directory and the gazetteer."""

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_directory"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for extension in ("postgis", "pg_trgm", "unaccent"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    for schema in ("directory", "gazetteer"):
        op.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    op.create_table(
        "connector",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("helps_with", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("is_example", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connector")),
        sa.UniqueConstraint("slug", name=op.f("uq_connector_slug")),
        schema="directory",
    )
    op.create_table(
        "directory_fact",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_directory_fact")),
        schema="directory",
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("charity_number", sa.Text(), nullable=True),
        sa.Column("company_number", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("name_key", name=op.f("uq_organisation_name_key")),
        schema="directory",
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        schema="directory",
    )
    op.create_index(op.f("ix_outbox_entry_id"), "outbox", ["entry_id"], unique=False, schema="directory")
    op.create_table(
        "place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("address", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("town", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("point", geoalchemy2.types.Geometry(spatial_index=False, geometry_type="POINT", srid=4326, dimension=2, from_text="ST_GeomFromEWKT", name="geometry"), nullable=True),
        sa.Column("precision", sa.Text(), nullable=True),
        sa.Column("located_by", sa.Text(), nullable=True),
        sa.Column("located_on", sa.Date(), nullable=True),
        sa.Column("locate_failure", sa.Text(), nullable=True),
        sa.Column("area_codes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("access", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("access - ARRAY['step_free', 'toilet', 'hearing_loop', 'parking', 'quiet', 'dementia_friendly', 'dogs'] = '{}'::jsonb", name=op.f("ck_place_access")),
        sa.CheckConstraint("precision IN ('exact', 'postcode', 'sector', 'outcode', 'place')", name=op.f("ck_place_precision")),
        sa.CheckConstraint("(point IS NULL) = (precision IS NULL)", name=op.f("ck_place_point_has_precision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("place_key", name=op.f("uq_place_place_key")),
        schema="directory",
    )
    op.create_index("idx_place_point", "place", ["point"], unique=False, schema="directory", postgresql_using="gist")
    op.create_table(
        "source",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("licence_url", sa.Text(), nullable=True),
        sa.Column("attribution", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_source")),
        schema="directory",
    )
    op.create_table(
        "term",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("words", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("scheme IN ('need', 'audience', 'kind')", name=op.f("ck_term_scheme")),
        sa.PrimaryKeyConstraint("scheme", "code", name=op.f("pk_term")),
        schema="directory",
    )
    op.create_table(
        "postcode",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("quality", sa.SmallInteger(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("terminated", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name=op.f("ck_postcode_point_is_whole")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_postcode")),
        schema="gazetteer",
    )
    op.create_table(
        "postcode_group",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("near", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('outcode', 'sector')", name=op.f("ck_postcode_group_kind")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_postcode_group")),
        schema="gazetteer",
    )
    op.create_table(
        "settlement",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("name_keys", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        schema="gazetteer",
    )
    op.create_table(
        "area",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("shape", geoalchemy2.types.Geometry(spatial_index=False, geometry_type="MULTIPOLYGON", srid=4326, dimension=2, from_text="ST_GeomFromEWKT", name="geometry"), nullable=True),
        sa.Column("size_km2", sa.Double(), nullable=True),
        sa.Column("source_code", sa.Text(), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("repaired", sa.Text(), nullable=True),
        sa.Column("is_example", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("type IN ('county', 'district', 'ward', 'parish', 'patch')", name=op.f("ck_area_type")),
        sa.ForeignKeyConstraint(["source_code"], ["directory.source.code"], name=op.f("fk_area_source_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
        sa.UniqueConstraint("slug", name=op.f("uq_area_slug")),
        schema="directory",
    )
    op.create_index("idx_area_shape", "area", ["shape"], unique=False, schema="directory", postgresql_using="gist")
    op.create_index(op.f("ix_area_source_code"), "area", ["source_code"], unique=False, schema="directory")
    op.create_table(
        "entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("privacy", sa.Text(), server_default="exact", nullable=False),
        sa.Column("everywhere", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("needs", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("audiences", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("delivery", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("age_from", sa.Integer(), nullable=True),
        sa.Column("age_to", sa.Integer(), nullable=True),
        sa.Column("eligibility", sa.Text(), nullable=True),
        sa.Column("cost", sa.Text(), nullable=True),
        sa.Column("cost_note", sa.Text(), nullable=True),
        sa.Column("self_referral", sa.Boolean(), nullable=True),
        sa.Column("referral_by", sa.Text(), nullable=True),
        sa.Column("access", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("state", sa.Text(), server_default="running", nullable=False),
        sa.Column("state_note", sa.Text(), nullable=True),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("stage", sa.Text(), server_default="published", nullable=False),
        sa.Column("source_code", sa.Text(), nullable=True),
        sa.Column("is_example", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("access - ARRAY['step_free', 'toilet', 'hearing_loop', 'parking', 'quiet', 'dementia_friendly', 'dogs'] = '{}'::jsonb", name=op.f("ck_entry_access")),
        sa.CheckConstraint("cost IN ('free', 'donation', 'paid', 'varies')", name=op.f("ck_entry_cost")),
        sa.CheckConstraint("kind IN ('timebank', 'mutual_aid', 'drop_in', 'micro_enterprise', 'transport', 'group', 'venue', 'lending', 'food')", name=op.f("ck_entry_kind")),
        sa.CheckConstraint("privacy IN ('exact', 'street', 'area', 'hidden')", name=op.f("ck_entry_privacy")),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name=op.f("ck_entry_slug")),
        sa.CheckConstraint("stage IN ('draft', 'published', 'archived')", name=op.f("ck_entry_stage")),
        sa.CheckConstraint("state IN ('running', 'paused', 'closed')", name=op.f("ck_entry_state")),
        sa.CheckConstraint("age_from BETWEEN 0 AND 120 AND age_to BETWEEN 0 AND 120", name=op.f("ck_entry_ages")),
        sa.CheckConstraint("age_to >= age_from", name=op.f("ck_entry_age_order")),
        sa.ForeignKeyConstraint(["organisation_id"], ["directory.organisation.id"], name=op.f("fk_entry_organisation_id")),
        sa.ForeignKeyConstraint(["place_id"], ["directory.place.id"], name=op.f("fk_entry_place_id")),
        sa.ForeignKeyConstraint(["source_code"], ["directory.source.code"], name=op.f("fk_entry_source_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("id", "kind", name="uq_entry_id_kind"),
        sa.UniqueConstraint("slug", name=op.f("uq_entry_slug")),
        schema="directory",
    )
    op.create_index(op.f("ix_entry_organisation_id"), "entry", ["organisation_id"], unique=False, schema="directory")
    op.create_index(op.f("ix_entry_place_id"), "entry", ["place_id"], unique=False, schema="directory")
    op.create_index(op.f("ix_entry_source_code"), "entry", ["source_code"], unique=False, schema="directory")
    op.create_table(
        "ingest_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["source_code"], ["directory.source.code"], name=op.f("fk_ingest_run_source_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingest_run")),
        schema="directory",
    )
    op.create_index(op.f("ix_ingest_run_source_code"), "ingest_run", ["source_code"], unique=False, schema="directory")
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("public", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("kind IN ('phone', 'email', 'web', 'social', 'post', 'visit')", name=op.f("ck_contact_kind")),
        sa.ForeignKeyConstraint(["entry_id"], ["directory.entry.id"], name=op.f("fk_contact_entry_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        schema="directory",
    )
    op.create_index(op.f("ix_contact_entry_id"), "contact", ["entry_id"], unique=False, schema="directory")
    op.create_table(
        "coverage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("centre", geoalchemy2.types.Geometry(spatial_index=False, geometry_type="POINT", srid=4326, dimension=2, from_text="ST_GeomFromEWKT", name="geometry"), nullable=True),
        sa.Column("radius_m", sa.Integer(), nullable=True),
        sa.Column("shape", geoalchemy2.types.Geometry(spatial_index=False, geometry_type="MULTIPOLYGON", srid=4326, dimension=2, from_text="ST_GeomFromEWKT", name="geometry"), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.CheckConstraint("CASE how WHEN 'area' THEN area_code IS NOT NULL WHEN 'radius' THEN radius_m IS NOT NULL ELSE shape IS NOT NULL END", name=op.f("ck_coverage_part")),
        sa.CheckConstraint("how IN ('area', 'radius', 'shape')", name=op.f("ck_coverage_how")),
        sa.CheckConstraint("radius_m BETWEEN 50 AND 100000", name=op.f("ck_coverage_radius")),
        sa.ForeignKeyConstraint(["area_code"], ["directory.area.code"], name=op.f("fk_coverage_area_code")),
        sa.ForeignKeyConstraint(["entry_id"], ["directory.entry.id"], name=op.f("fk_coverage_entry_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
        schema="directory",
    )
    op.create_index("idx_coverage_centre", "coverage", ["centre"], unique=False, schema="directory", postgresql_using="gist")
    op.create_index("idx_coverage_shape", "coverage", ["shape"], unique=False, schema="directory", postgresql_using="gist")
    op.create_index(op.f("ix_coverage_area_code"), "coverage", ["area_code"], unique=False, schema="directory")
    op.create_index(op.f("ix_coverage_entry_id"), "coverage", ["entry_id"], unique=False, schema="directory")
    op.create_table(
        "drop_in_facts",
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("refreshments", sa.Text(), nullable=True),
        sa.Column("booking", sa.Text(), nullable=True),
        sa.Column("professionals", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("booking IN ('not_needed', 'advised', 'needed')", name=op.f("ck_drop_in_facts_booking")),
        sa.CheckConstraint("kind = 'drop_in'", name=op.f("ck_drop_in_facts_kind")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 5000", name=op.f("ck_drop_in_facts_capacity")),
        sa.ForeignKeyConstraint(["entry_id", "kind"], ["directory.entry.id", "directory.entry.kind"], name=op.f("fk_drop_in_facts_entry_id_kind"), onupdate="CASCADE", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_drop_in_facts")),
        schema="directory",
    )
    op.create_table(
        "entry_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("fact_group", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("fact_group IN ('name', 'contact', 'times', 'place', 'audience', 'cost')", name=op.f("ck_entry_check_fact_group")),
        sa.CheckConstraint("how IN ('phoned', 'visited', 'emailed', 'web_page', 'owner_confirmed')", name=op.f("ck_entry_check_how")),
        sa.ForeignKeyConstraint(["entry_id"], ["directory.entry.id"], name=op.f("fk_entry_check_entry_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_check")),
        schema="directory",
    )
    op.create_index(op.f("ix_entry_check_entry_id"), "entry_check", ["entry_id"], unique=False, schema="directory")
    op.create_table(
        "ingest_row",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=True),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.CheckConstraint("fate IN ('new', 'changed', 'unchanged', 'refused', 'gone')", name=op.f("ck_ingest_row_fate")),
        sa.ForeignKeyConstraint(["run_id"], ["directory.ingest_run.id"], name=op.f("fk_ingest_row_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "row_no", name=op.f("pk_ingest_row")),
        schema="directory",
    )
    op.create_table(
        "link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("type IN ('meets_at', 'run_by', 'part_of', 'transport_to', 'partner_of', 'credits_at')", name=op.f("ck_link_type")),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_link_not_itself")),
        sa.ForeignKeyConstraint(["from_id"], ["directory.entry.id"], name=op.f("fk_link_from_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["to_id"], ["directory.entry.id"], name=op.f("fk_link_to_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("from_id", "to_id", "type", name=op.f("uq_link_from_id_to_id_type")),
        schema="directory",
    )
    op.create_index(op.f("ix_link_to_id"), "link", ["to_id"], unique=False, schema="directory")
    op.create_table(
        "micro_enterprise_facts",
        sa.Column("services", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("price_hour_from", sa.Numeric(precision=7, scale=2), nullable=True),
        sa.Column("price_hour_to", sa.Numeric(precision=7, scale=2), nullable=True),
        sa.Column("hours_free_week", sa.Integer(), nullable=True),
        sa.Column("direct_payments", sa.Boolean(), nullable=True),
        sa.Column("insured", sa.Boolean(), nullable=True),
        sa.Column("dbs_month", sa.Text(), nullable=True),
        sa.Column("personal_care", sa.Boolean(), nullable=True),
        sa.Column("cqc_registration", sa.Text(), nullable=True),
        sa.Column("trusted_list", sa.Text(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("dbs_month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'", name=op.f("ck_micro_enterprise_facts_dbs_month")),
        sa.CheckConstraint("kind = 'micro_enterprise'", name=op.f("ck_micro_enterprise_facts_kind")),
        sa.CheckConstraint("cqc_registration IS NULL OR personal_care IS TRUE", name=op.f("ck_micro_enterprise_facts_cqc")),
        sa.CheckConstraint("hours_free_week BETWEEN 0 AND 168", name=op.f("ck_micro_enterprise_facts_hours")),
        sa.CheckConstraint("price_hour_from >= 0 AND price_hour_to >= price_hour_from", name=op.f("ck_micro_enterprise_facts_prices")),
        sa.ForeignKeyConstraint(["entry_id", "kind"], ["directory.entry.id", "directory.entry.kind"], name=op.f("fk_micro_enterprise_facts_entry_id_kind"), onupdate="CASCADE", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_micro_enterprise_facts")),
        schema="directory",
    )
    op.create_table(
        "mutual_aid_facts",
        sa.Column("scale", sa.Text(), nullable=True),
        sa.Column("help_given", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("how_to_ask", sa.Text(), nullable=True),
        sa.Column("how_to_offer", sa.Text(), nullable=True),
        sa.Column("balance", sa.Text(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("balance IN ('more_offers', 'balanced', 'more_requests')", name=op.f("ck_mutual_aid_facts_balance")),
        sa.CheckConstraint("kind = 'mutual_aid'", name=op.f("ck_mutual_aid_facts_kind")),
        sa.CheckConstraint("scale IN ('street', 'village', 'town')", name=op.f("ck_mutual_aid_facts_scale")),
        sa.ForeignKeyConstraint(["entry_id", "kind"], ["directory.entry.id", "directory.entry.kind"], name=op.f("fk_mutual_aid_facts_entry_id_kind"), onupdate="CASCADE", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_mutual_aid_facts")),
        schema="directory",
    )
    op.create_table(
        "old_slug",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["directory.entry.id"], name=op.f("fk_old_slug_entry_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_old_slug")),
        schema="directory",
    )
    op.create_index(op.f("ix_old_slug_entry_id"), "old_slug", ["entry_id"], unique=False, schema="directory")
    op.create_table(
        "patch",
        sa.Column("connector_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["directory.area.code"], name=op.f("fk_patch_area_code")),
        sa.ForeignKeyConstraint(["connector_id"], ["directory.connector.id"], name=op.f("fk_patch_connector_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("connector_id", "area_code", name=op.f("pk_patch")),
        schema="directory",
    )
    op.create_index(op.f("ix_patch_area_code"), "patch", ["area_code"], unique=False, schema="directory")
    op.create_table(
        "revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_why", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["directory.entry.id"], name=op.f("fk_revision_entry_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("entry_id", "version", name=op.f("uq_revision_entry_id_version")),
        schema="directory",
    )
    op.create_index("ix_revision_made_at", "revision", ["made_at"], unique=False, schema="directory")
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("rrule", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("ends_at", sa.Time(), nullable=True),
        sa.Column("not_on", sa.ARRAY(sa.Date()), server_default="{}", nullable=False),
        sa.Column("also_on", sa.ARRAY(sa.Date()), server_default="{}", nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("purpose IN ('session', 'staffed', 'phone', 'service')", name=op.f("ck_session_purpose")),
        sa.ForeignKeyConstraint(["entry_id"], ["directory.entry.id"], name=op.f("fk_session_entry_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        schema="directory",
    )
    op.create_index(op.f("ix_session_entry_id"), "session", ["entry_id"], unique=False, schema="directory")
    op.create_table(
        "source_row",
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["directory.entry.id"], name=op.f("fk_source_row_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_code"], ["directory.source.code"], name=op.f("fk_source_row_source_code")),
        sa.PrimaryKeyConstraint("source_code", "row_key", name=op.f("pk_source_row")),
        schema="directory",
    )
    op.create_index(op.f("ix_source_row_entry_id"), "source_row", ["entry_id"], unique=False, schema="directory")
    op.create_table(
        "timebank_facts",
        sa.Column("hour_buys", sa.Text(), nullable=True),
        sa.Column("people_give", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("people_get", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("how_to_join", sa.Text(), nullable=True),
        sa.Column("broker", sa.Text(), nullable=True),
        sa.Column("hub", sa.Text(), nullable=True),
        sa.Column("time_credits", sa.Boolean(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind = 'timebank'", name=op.f("ck_timebank_facts_kind")),
        sa.ForeignKeyConstraint(["entry_id", "kind"], ["directory.entry.id", "directory.entry.kind"], name=op.f("fk_timebank_facts_entry_id_kind"), onupdate="CASCADE", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_timebank_facts")),
        schema="directory",
    )
    op.create_table(
        "transport_facts",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("pick_up", sa.Text(), nullable=True),
        sa.Column("destinations", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("who_may_ride", sa.Text(), nullable=True),
        sa.Column("booking", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("fare_type", sa.Text(), nullable=True),
        sa.Column("fare_amount", sa.Numeric(precision=7, scale=2), nullable=True),
        sa.Column("wheelchair_access", sa.Boolean(), nullable=True),
        sa.Column("door_help", sa.Boolean(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("booking IS NULL OR (booking ->> 'booking_type')::int IN (0, 1, 2)", name=op.f("ck_transport_facts_booking")),
        sa.CheckConstraint("fare_amount >= 0 AND (fare_type IN ('flat', 'per_mile') OR fare_amount IS NULL)", name=op.f("ck_transport_facts_fare")),
        sa.CheckConstraint("fare_type IN ('flat', 'per_mile', 'donation', 'free')", name=op.f("ck_transport_facts_fare_type")),
        sa.CheckConstraint("kind = 'transport'", name=op.f("ck_transport_facts_kind")),
        sa.CheckConstraint("scheme IN ('community_car', 'dial_a_ride', 'minibus', 'tuk_tuk', 'volunteer_driver', 'wheelchair_accessible_vehicle', 'scooter_loan')", name=op.f("ck_transport_facts_scheme")),
        sa.ForeignKeyConstraint(["entry_id", "kind"], ["directory.entry.id", "directory.entry.kind"], name=op.f("fk_transport_facts_entry_id_kind"), onupdate="CASCADE", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_transport_facts")),
        schema="directory",
    )


def downgrade() -> None:
    for schema in ("directory", "gazetteer"):
        op.execute(f"DROP SCHEMA {schema} CASCADE")
