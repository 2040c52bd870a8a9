"""An entry as it is written down: the shape example data, imports and curators all hand to `save_entry`."""

from datetime import date, time
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.entries.kind_facts import AnyFacts
from api.entries.vocabulary import (
    LANGUAGE_LABELS,
    AccessFact,
    CheckGroup,
    CheckHow,
    ContactKind,
    Cost,
    Delivery,
    Kind,
    LinkType,
    Precision,
    Privacy,
    SessionPurpose,
    Stage,
    State,
)

Line = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]


class Draft(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class OrganisationDraft(Draft):
    """Organisations are matched by name, case and spaces apart."""

    name: Line
    description: str | None = None
    url: str | None = None
    charity_number: str | None = None
    company_number: str | None = None


class PlaceDraft(Draft):
    """Where it happens. `lon` and `lat` (WGS84 degrees) are given together or not at all;
    without them the postcode, then the town, is looked up when the entry is saved.
    Places with the same name and postcode are one place. `access`: true, false, or left out for unknown."""

    name: Line | None = None
    address: list[Line] = []
    town: Line | None = None
    postcode: str | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    precision: Precision | None = None
    access: dict[AccessFact, bool] = {}

    @model_validator(mode="after")
    def point_is_whole(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("Give both lon and lat, or neither.")
        return self


class CoverageDraft(Draft):
    """One piece of the area served. `area`: an area's code. `radius`: metres round `lon`,`lat`
    (left out: round the entry's own place). `shape`: a GeoJSON Polygon or MultiPolygon."""

    how: Literal["area", "radius", "shape"]
    area: Code | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    radius_m: Annotated[int, Field(ge=50, le=100_000)] | None = None
    shape: dict[str, Any] | None = None
    label: Line | None = None

    @model_validator(mode="after")
    def has_its_part(self) -> Self:
        need = {"area": self.area, "radius": self.radius_m, "shape": self.shape}[self.how]
        if need is None:
            raise ValueError(f"Coverage by {self.how} needs its {self.how}.")
        if (self.lon is None) != (self.lat is None):
            raise ValueError("Give both lon and lat, or neither.")
        return self


class SessionDraft(Draft):
    """When it happens, in Europe/London wall time. `rrule` is RFC 5545 (FREQ=WEEKLY;BYDAY=WE,
    FREQ=MONTHLY;BYDAY=2TU, FREQ=DAILY; INTERVAL, UNTIL, COUNT); left out: once, on `starts_on`.
    `purpose`: `session` people come then, `staffed` a venue has staff, `phone` calls are answered,
    `service` a scheme runs. No times means the hours are not known. `note` is shown as written."""

    purpose: SessionPurpose = "session"
    label: Line | None = None
    rrule: str | None = None
    starts_on: date
    starts_at: time | None = None
    ends_at: time | None = None
    not_on: list[date] = []
    also_on: list[date] = []
    note: Line | None = None


class ContactDraft(Draft):
    """A way to get in touch. `public` false keeps it for curators: it is in no public output."""

    kind: ContactKind
    value: Line
    label: Line | None = None
    public: bool = True


class CheckDraft(Draft):
    """Someone confirmed one group of facts. `by` is a role ("Community connector"), never a name."""

    group: CheckGroup
    how: CheckHow
    by: Line
    on: date
    note: Line | None = None


class LinkDraft(Draft):
    """A tie to another entry, named by that entry's slug; `note` in words."""

    type: LinkType
    to: str
    note: Line | None = None


class EntryDraft(Draft):
    """One entry, whole. Lists replace what is stored. `everywhere` is for help by phone or online
    that anyone may use; otherwise an entry has a place, a coverage, or both."""

    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=90)] | None = None
    kind: Kind
    name: Annotated[str, Field(min_length=2, max_length=500)]
    summary: Annotated[str, Field(max_length=300)] | None = None
    description: Annotated[str, Field(max_length=10_000)] | None = None
    organisation: OrganisationDraft | None = None
    place: PlaceDraft | None = None
    privacy: Privacy = "exact"
    coverage: list[CoverageDraft] = []
    everywhere: bool = False
    sessions: list[SessionDraft] = []
    contacts: list[ContactDraft] = []
    needs: list[Code] = []
    audiences: list[Code] = []
    languages: list[str] = []
    delivery: list[Delivery] = []
    age_from: Annotated[int, Field(ge=0, le=120)] | None = None
    age_to: Annotated[int, Field(ge=0, le=120)] | None = None
    eligibility: str | None = None
    cost: Cost | None = None
    cost_note: str | None = None
    self_referral: bool | None = None
    referral_by: str | None = None
    access: dict[AccessFact, bool] = {}
    state: State = "running"
    state_note: str | None = None
    paused_until: date | None = None
    stage: Stage = "published"
    checks: list[CheckDraft] = []
    links: list[LinkDraft] = []
    facts: AnyFacts | None = None
    is_example: bool = False

    @model_validator(mode="after")
    def is_somewhere(self) -> Self:
        if not (self.place or self.coverage or self.everywhere):
            raise ValueError("An entry needs a place, a coverage, or to be for everyone by phone or online.")
        if self.everywhere and not {"phone", "online"} & set(self.delivery):
            raise ValueError("Only help by phone or online can be for everyone everywhere.")
        return self

    @model_validator(mode="after")
    def facts_fit_the_kind(self) -> Self:
        if self.facts is not None and self.facts.kind != self.kind:
            raise ValueError(f"The facts are those of a {self.facts.kind}, the entry is a {self.kind}.")
        return self

    @model_validator(mode="after")
    def ages_are_in_order(self) -> Self:
        if self.age_from is not None and self.age_to is not None and self.age_to < self.age_from:
            raise ValueError("The highest age is below the lowest.")
        unknown = sorted(set(self.languages) - set(LANGUAGE_LABELS))
        if unknown:
            raise ValueError(f"Unknown language code: {', '.join(unknown)}.")
        return self
