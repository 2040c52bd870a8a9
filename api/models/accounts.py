"""Tables of people with an account: roles within areas, being signed in, and what happened to an account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.models.base import Base, Document, Made, UuidKey, Words, one_of
from api.models.entry import Entry

ROLES = ("navigator", "curator", "coordinator", "admin")
SCOPES = ("read", "suggest", "edit")
TICKET_PURPOSES = ("sign_in", "invite", "reset", "still_right", "claim", "outcome")
HERE = "directory.area.code"


class Person(Base):
    """Someone who may sign in. `email_key` is the address folded to lower case; `password_hash` None means
    only links by e-mail or single sign-on. `totp_secret` counts once `totp_on_at` is set."""

    __tablename__ = "person"

    id: Mapped[UuidKey]
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    totp_secret: Mapped[str | None]
    totp_on_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    totp_last_step: Mapped[int | None]
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    made_at: Mapped[Made]
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_example: Mapped[bool] = mapped_column(default=False, server_default="false")

    grants: Mapped[list["PersonRole"]] = relationship(cascade="all, delete-orphan")


class PersonRole(Base):
    """A role within an area and all that lies in it; `area_code` None is everywhere."""

    __tablename__ = "person_role"

    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    role: Mapped[str]
    area_code: Mapped[str | None] = mapped_column(ForeignKey(HERE, ondelete="CASCADE"), index=True)

    __table_args__ = (
        UniqueConstraint("person_id", "role", "area_code", postgresql_nulls_not_distinct=True),
        CheckConstraint(one_of("role", ROLES), name="role"),
        CheckConstraint("role <> 'admin' OR area_code IS NULL", name="admin_everywhere"),
    )


class SignIn(Base):
    """One browser that is signed in. The cookie holds the secret; only its hash is kept here."""

    __tablename__ = "sign_in"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    how: Mapped[str]
    browser: Mapped[str | None]
    made_at: Mapped[Made]
    seen_at: Mapped[Made]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Ticket(Base):
    """A secret sent by e-mail that opens one thing once: signing in, an answer to a reminder, a claim.
    Only the hash of it is kept."""

    __tablename__ = "ticket"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    data: Mapped[Document]
    made_at: Mapped[Made]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (CheckConstraint(one_of("purpose", TICKET_PURPOSES), name="purpose"),)


class Attempt(Base):
    """Something that may only be done so often: signing in, sending suggestions. `subject` is a keyed hash
    of an account or a network address, so that the address itself is not kept."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    what: Mapped[str]
    subject: Mapped[str]
    made_at: Mapped[Made]

    __table_args__ = (Index("ix_attempt_what_subject", "what", "subject", "made_at"),)


class AccountEvent(Base):
    """What happened to an account, for its owner to read: an append-only log."""

    __tablename__ = "account_event"

    id: Mapped[UuidKey]
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    what: Mapped[str]
    detail: Mapped[Document]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    made_at: Mapped[Made]


class RecoveryCode(Base):
    """A code for the day the phone is lost: opens the second step once. Only a keyed hash of it is kept."""

    __tablename__ = "recovery_code"

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ApiToken(Base):
    """A key of a partner's system, acting for the person who made it, within `scopes`."""

    __tablename__ = "api_token"

    id: Mapped[UuidKey]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    name: Mapped[str]
    scopes: Mapped[Words]
    made_at: Mapped[Made]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        CheckConstraint(
            "scopes <@ ARRAY[" + ", ".join(f"'{scope}'" for scope in SCOPES) + "]", name="scopes"
        ),
    )


class Mail(Base):
    """One e-mail, written down in the transaction that asked for it and sent by the worker. The same `key`
    is never written twice. `held` says in words why it will not be sent (an example, a test system)."""

    __tablename__ = "mail"

    id: Mapped[UuidKey]
    key: Mapped[str | None] = mapped_column(unique=True)
    purpose: Mapped[str]
    to_address: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey(Entry.id, ondelete="SET NULL"), index=True)
    made_at: Mapped[Made]
    next_at: Mapped[Made]
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    error: Mapped[str | None]
    bounced_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    held: Mapped[str | None]

    __table_args__ = (
        Index(
            "ix_mail_waiting",
            "next_at",
            postgresql_where=sql_text("sent_at IS NULL AND held IS NULL AND bounced_at IS NULL"),
        ),
    )
