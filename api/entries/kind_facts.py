"""The facts that only one kind of entry has; the field names are also its database columns."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.entries.vocabulary import FareType, Scheme

Text = Annotated[str, Field(min_length=1, max_length=600)]
Money = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)]


class Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class TimebankFacts(Facts):
    """`broker` is a role, never a person's name; spend places are links of type `credits_at`."""

    kind: Literal["timebank"] = "timebank"
    hour_buys: Text | None = None
    people_give: list[Text] = []
    people_get: list[Text] = []
    how_to_join: Text | None = None
    broker: Text | None = None
    hub: Text | None = None
    time_credits: bool | None = Field(
        default=None, description="Whether Tempo-style time credits are accepted"
    )


class MutualAidFacts(Facts):
    """`group_note` says how to ask to join; an invite link is refused."""

    kind: Literal["mutual_aid"] = "mutual_aid"
    scale: Literal["street", "village", "town"] | None = None
    help_given: list[Text] = []
    how_to_ask: Text | None = None
    how_to_offer: Text | None = None
    balance: Literal["more_offers", "balanced", "more_requests"] | None = None

    @model_validator(mode="after")
    def refuse_invite_links(self) -> "MutualAidFacts":
        for text in (self.how_to_ask, self.how_to_offer):
            for host in ("chat.whatsapp.com", "t.me/joinchat", "t.me/+", "/invite/"):
                if text and host in text.lower():
                    raise ValueError(
                        "Write “ask to join” and how, never an invite link: anyone could use it."
                    )
        return self


class Professional(Facts):
    """Who can be met at a drop-in and when, in words: "First Wednesday of the month"."""

    who: Text
    when: Text | None = None


class DropInFacts(Facts):
    kind: Literal["drop_in"] = "drop_in"
    host: Text | None = None
    refreshments: Text | None = None
    booking: Literal["not_needed", "advised", "needed"] | None = None
    professionals: list[Professional] = []
    capacity: Annotated[int, Field(ge=1, le=5000)] | None = None


class MicroEnterpriseFacts(Facts):
    """Prices are pounds an hour; `dbs_month` is the month of the newest DBS certificate, YYYY-MM."""

    kind: Literal["micro_enterprise"] = "micro_enterprise"
    services: list[Text] = []
    price_hour_from: Money | None = None
    price_hour_to: Money | None = None
    hours_free_week: Annotated[int, Field(ge=0, le=168)] | None = None
    direct_payments: bool | None = None
    insured: bool | None = None
    dbs_month: Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")] | None = None
    personal_care: bool | None = None
    cqc_registration: Text | None = None
    trusted_list: Text | None = None

    @model_validator(mode="after")
    def hold_rules(self) -> "MicroEnterpriseFacts":
        low, high = self.price_hour_from, self.price_hour_to
        if low is not None and high is not None and high < low:
            raise ValueError("The highest price an hour is below the lowest.")
        if self.cqc_registration and self.personal_care is not True:
            raise ValueError("A CQC registration belongs to personal care only.")
        return self


class BookingRule(Facts):
    """Names and meanings from GTFS-Flex `booking_rules.txt`: 0 real time, 1 same day, 2 earlier days."""

    booking_type: Literal[0, 1, 2]
    prior_notice_duration_min: Annotated[int, Field(ge=0)] | None = None
    prior_notice_last_day: Annotated[int, Field(ge=0, le=90)] | None = None
    prior_notice_last_time: Annotated[str, Field(pattern=r"^\d\d:\d\d$")] | None = None
    message: Text | None = None
    phone_number: Text | None = None
    info_url: Text | None = None
    booking_url: Text | None = None


class TransportFacts(Facts):
    """The pick-up area is the entry's coverage; the fare is pounds. Hours are sessions with a purpose."""

    kind: Literal["transport"] = "transport"
    scheme: Scheme
    pick_up: Text | None = None
    destinations: list[Text] = []
    who_may_ride: Text | None = None
    booking: BookingRule | None = None
    fare_type: FareType | None = None
    fare_amount: Money | None = None
    wheelchair_access: bool | None = None
    door_help: bool | None = None

    @model_validator(mode="after")
    def fare_has_an_amount(self) -> "TransportFacts":
        if self.fare_type in ("donation", "free") and self.fare_amount:
            raise ValueError("A free or donation fare has no amount.")
        return self


AnyFacts = Annotated[
    TimebankFacts | MutualAidFacts | DropInFacts | MicroEnterpriseFacts | TransportFacts,
    Field(discriminator="kind"),
]
SCHEME_LABELS = {
    "community_car": "Community car",
    "dial_a_ride": "Dial-a-ride",
    "minibus": "Minibus",
    "tuk_tuk": "Tuk-tuk",
    "volunteer_driver": "Volunteer driver",
    "wheelchair_accessible_vehicle": "Wheelchair-accessible vehicle",
    "scooter_loan": "Mobility scooter loan",
}
