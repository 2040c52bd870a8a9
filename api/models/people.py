"""Tables of the connectors and their patches, and of the taxonomy's terms."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.models.base import Base, UuidKey, Words, one_of

TERM_SCHEMES = ("need", "audience", "kind")


class Connector(Base):
    """A role with a patch: who to ask about a place. Phone, e-mail and web are those of the role, public."""

    __tablename__ = "connector"

    id: Mapped[UuidKey]
    slug: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    organisation: Mapped[str | None]
    about: Mapped[str | None]
    helps_with: Mapped[Words]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    web: Mapped[str | None]
    is_example: Mapped[bool] = mapped_column(default=False, server_default="false")

    patches: Mapped[list["Patch"]] = relationship(cascade="all, delete-orphan")


class Patch(Base):
    """An area a connector looks after."""

    __tablename__ = "patch"

    connector_id: Mapped[UUID] = mapped_column(ForeignKey(Connector.id, ondelete="CASCADE"), primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("directory.area.code"), primary_key=True, index=True)


class Term(Base):
    """A word of our taxonomy; `words` are what people say instead of its label.
    The terms of scheme `kind` hold the everyday names of the kinds."""

    __tablename__ = "term"

    scheme: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    words: Mapped[Words]
    position: Mapped[int]

    __table_args__ = (CheckConstraint(one_of("scheme", TERM_SCHEMES), name="scheme"),)
