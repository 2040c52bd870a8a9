"""What a deployment may set, all from the environment with the prefix HEREABOUTS_."""

from functools import lru_cache
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.errors import BadSettings
from api.wording import plain_words

PROJECT = Path(__file__).resolve().parent.parent
PREFIX: Final = "HEREABOUTS_"


class Settings(BaseSettings):
    """`database_url` empty means the private cluster under `home`. `read_database_url` empty means
    the same database through the role that can only select from `face`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    home: Path = PROJECT / "var"
    database_url: str | None = None
    read_database_url: str | None = None
    environment: Literal["development", "production", "test"] = "development"
    title: str = "Hereabouts"
    place_name: str = "Cambridgeshire and Peterborough"
    public_url: str | None = Field(
        default=None, description="https://… as people type it; without it, the address each request came to"
    )
    examples: bool = True
    street_tiles_url: str | None = Field(
        default=None, description="{z}/{x}/{y} address of street tiles, loaded only when switched on"
    )
    street_tiles_attribution: str = "© OpenStreetMap contributors"
    report_email: str | None = None
    read_pool_size: int = 8
    save_patience_s: float = Field(
        default=8, gt=0, description="seconds that a save waits while a long list is brought in"
    )
    meili_url: str | None = None
    meili_key: str | None = None
    secret_key: str | None = Field(
        default=None,
        min_length=32,
        description="signs forms and links; the same on every host of one directory",
    )
    smtp_url: str | None = Field(
        default=None,
        description="smtp://user:password@host:587 (STARTTLS) or smtps://…:465; none: mail is kept",
    )
    mail_from: str = "Hereabouts <no-reply@localhost>"
    reminders_a_run: int = Field(default=50, ge=1, description="letters to those who run an entry, at most")
    hide_after_months: int = Field(
        default=24, ge=0, description="hide what was due a check so long ago and nobody answers for; 0: never"
    )
    check_links: bool = Field(
        default=False, description="whether the worker looks, now and then, if entries' web pages answer"
    )
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_name: str = "your organisation"

    @field_validator("database_url", "read_database_url")
    @classmethod
    def be_postgresql(cls, value: str | None) -> str | None:
        return _address(value, "postgresql", "postgres", like="postgresql://user:password@host:5432/name")

    @field_validator("public_url", "meili_url", "oidc_issuer")
    @classmethod
    def be_on_the_web(cls, value: str | None) -> str | None:
        return _address(value, "https", "http", like="https://www.example.org")

    @field_validator("smtp_url")
    @classmethod
    def be_a_mail_server(cls, value: str | None) -> str | None:
        return _address(value, "smtp", "smtps", like="smtp://user:password@host:587 or smtps://…:465")

    @property
    def public_site(self) -> str | None:
        """Scheme and host of `public_url`, without a path; None when it is not set."""
        if self.public_url is None:
            return None
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    def public_link(self, path: str) -> str | None:
        """A path of ours as a letter must write it; None when `public_url` is not set."""
        return self.public_url.rstrip("/") + path if self.public_url else None

    @property
    def home_folder(self) -> Path:
        return self.home.expanduser().resolve()


def _address(value: str | None, *schemes: str, like: str) -> str | None:
    """A database may be at a socket, without a host."""
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        has_host = parts.hostname is not None and parts.port != 0
    except ValueError:
        raise ValueError(f"Write it like {like}.") from None
    if parts.scheme.split("+")[0] not in schemes or not (has_host or "postgresql" in schemes):
        raise ValueError(f"Write it like {like}.")
    return value


@lru_cache
def get_settings() -> Settings:
    """Raises BadSettings."""
    try:
        return Settings()
    except ValidationError as error:
        told = (f"{PREFIX}{str(one['loc'][0]).upper()}: {plain_words(one)}" for one in error.errors())
        raise BadSettings("\n".join(("What is set cannot be used.", *told))) from error
