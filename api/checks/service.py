"""Recording checks, what is due one, how often each kind is, and the log of who was tried to be reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, get_args
from uuid import UUID, uuid4

from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from api.areas.service import areas_of_entry, list_areas_inside
from api.checks import queries
from api.checks.facts import Facts, held_facts, public_facts
from api.checks.notes import NoteKind, settle_notes
from api.entries.schemas import CheckDraft, EntryDraft
from api.entries.service import Saved, StoredDraft, ToSave, get_draft, get_draft_at, save_entry
from api.entries.vocabulary import (
    CHECK_GROUP_LABELS,
    CHECK_HOW_LABELS,
    KIND_WORDS,
    STALE_AFTER_MONTHS,
    CheckGroup,
    CheckHow,
)
from api.errors import BadInput, EditConflict, FieldProblem, NotFound
from api.face.service import take_turn
from api.models import ContactAttempt
from api.models.checks import ATTEMPT_OUTCOMES, ATTEMPT_WAYS
from api.permissions import Actor, may_edit, may_log_contact, require

ALL_GROUPS: Final[tuple[CheckGroup, ...]] = get_args(CheckGroup)
OWNERS_LABEL: Final = "The people who run it"
COMING: Final = timedelta(days=30)
PAGE: Final = 30
LONGEST_NOTE: Final = 200
LONGEST_MONTHS: Final = 60
When = Literal["due", "overdue", "coming"]


@dataclass(frozen=True)
class DuePage:
    """One page of what is due. Each row: entry_id, slug, name, kind, checked_on, due_on, `letters` sent since
    the last check, and the latest attempt to reach them."""

    total: int
    rows: list[dict[str, Any]]
    page: int

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE)


@dataclass(frozen=True)
class CheckSheet:
    """What a person who checks an entry sees. `held` None: they may not see what is private. `public` None:
    the public sees nothing of it. `due_on` None: it is not published."""

    stored: StoredDraft
    public: list[Facts] | None
    held: list[Facts] | None
    checked_on: date | None
    due_on: date | None
    attempts: Sequence[ContactAttempt]

    def check_of(self, group: CheckGroup) -> CheckDraft | None:
        found = [check for check in self.stored.draft.checks if check.group == group]
        return max(found, key=lambda check: check.on, default=None)


def list_due(
    session: Session,
    actor: Actor,
    *,
    today: date,
    when: When = "due",
    kind: str | None = None,
    area: str | None = None,
    page: int = 1,
) -> DuePage:
    """What waits for a check in their areas, the oldest and most leant on first. `due` has what is overdue
    among it; `overdue` is what the public reads "not checked" of; `coming` is due within 30 days."""
    stale_on = today - relativedelta(months=STALE_AFTER_MONTHS)
    after, until = {
        "due": (date.min, today),
        "overdue": (date.min, stale_on),
        "coming": (today, today + COMING),
    }[when]
    rows = queries.list_due(
        session, mine=actor.areas_as("navigator"), after=after, until=until, kind=kind, area=area,
        size=PAGE, start=(page - 1) * PAGE,
    )  # fmt: skip
    return DuePage(rows[0]["total"] if rows else 0, rows, page)


def list_areas(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(code, name) of the areas they may choose from."""
    return [(one.code, one.words) for one in list_areas_inside(session, actor.areas_as("navigator"))]


def get_sheet(session: Session, actor: Actor, entry_id: UUID) -> CheckSheet:
    """Raises NotFound, also for an entry outside their areas that the public does not see; NotAllowed."""
    stored = get_draft(session, entry_id)
    areas = areas_of_entry(session, entry_id)
    detail = queries.public_detail(session, entry_id)
    allowed = may_log_contact(actor, areas)
    if detail is None and allowed is not True:
        raise NotFound("We hold no entry of that number.")
    require(allowed)
    labels = queries.audience_labels(session, stored.draft.audiences)
    held = held_facts(stored.draft, labels) if may_edit(actor, areas) is True else None
    checked_on, due_on = queries.due_of(session, entry_id) or (None, None)
    public = public_facts(detail) if detail else None
    return CheckSheet(stored, public, held, checked_on, due_on, queries.list_attempts(session, entry_id))


def list_public_facts(session: Session, entry_id: UUID) -> tuple[dict[str, Any], list[Facts]]:
    """All the public sees of an entry, and by group. Raises NotFound when it sees nothing."""
    detail = queries.public_detail(session, entry_id)
    if detail is None:
        raise NotFound("This entry is not shown at present.")
    return detail, public_facts(detail)


def record_check(
    session: Session,
    actor: Actor,
    entry_id: UUID,
    groups: Sequence[str],
    how: str,
    note: str | None = None,
    *,
    on: date,
    now: datetime,
) -> Saved:
    """Someone who looks after the directory confirmed these groups of facts. Raises NotFound, NotAllowed,
    BadInput. The note is for curators: no public output has it."""
    get_draft(session, entry_id)
    require(may_edit(actor, areas_of_entry(session, entry_id)))
    if on > now.date():
        raise _bad("on", "That day has not come yet.")
    return confirm_facts(session, entry_id, groups, how=how, by=actor.role_label, note=note, on=on, now=now)


def confirm_facts(
    session: Session,
    entry_id: UUID,
    groups: Sequence[str],
    *,
    how: str,
    by: str,
    on: date,
    now: datetime,
    note: str | None = None,
) -> Saved:
    """Whether they may is the caller's question. The newest check of each group stays with the entry, the
    earlier ones in its history. Raises BadInput."""
    chosen = [group for group in ALL_GROUPS if group in groups]
    if not chosen or len(chosen) != len(set(groups)):
        raise _bad("groups", "Tick what you checked: at least one.")
    if how not in get_args(CheckHow):
        raise _bad("how", "Say how you checked it.")
    if note and len(note.strip()) > LONGEST_NOTE:
        raise _bad("note", f"Use at most {LONGEST_NOTE} letters.")
    # Nobody else saves between what is read here and what is written.
    take_turn(session)
    stored = get_draft(session, entry_id)
    made = [CheckDraft(group=group, how=how, by=by, on=on, note=note or None) for group in chosen]
    draft = stored.draft.model_copy(update={"checks": _newest([*stored.draft.checks, *made])})
    named = ", ".join(CHECK_GROUP_LABELS[group].lower() for group in chosen)
    why = f"Checked {CHECK_HOW_LABELS[how]}: {named}"  # type: ignore[index]
    saved = save_entry(session, ToSave(draft, entry_id), by=by, why=why)
    answered: list[NoteKind] = ["silent", "hiding"]
    if "contact" in chosen:
        answered.append("bounced")
    settle_notes(session, entry_id, answered, by=by, now=now)
    return saved


def _newest(checks: Sequence[CheckDraft]) -> list[CheckDraft]:
    """One a group; of two on the same day the later said counts."""
    kept: dict[str, CheckDraft] = {}
    for check in checks:
        if check.group not in kept or kept[check.group].on <= check.on:
            kept[check.group] = check
    return [kept[group] for group in ALL_GROUPS if group in kept]


def take_back(session: Session, actor: Actor, entry_id: UUID, *, version: int) -> Saved:
    """Undo the check that made this version: the checks are those of the version before. Raises NotFound,
    NotAllowed, EditConflict when somebody saved since."""
    take_turn(session)
    stored = get_draft(session, entry_id)
    require(may_edit(actor, areas_of_entry(session, entry_id)))
    before = get_draft_at(session, entry_id, version - 1) if 1 < version == stored.version else None
    if before is None or not _only_checks_differ(stored.draft, before):
        raise EditConflict("This was changed since, so the check stays. Look at the entry and put it right.")
    draft = stored.draft.model_copy(update={"checks": before.checks})
    return save_entry(session, ToSave(draft, entry_id), by=actor.role_label, why="The check was taken back")


def _only_checks_differ(draft: EntryDraft, before: EntryDraft) -> bool:
    return draft.model_copy(update={"checks": []}) == before.model_copy(update={"checks": []})


def log_contact(
    session: Session,
    actor: Actor,
    entry_id: UUID,
    *,
    how: str,
    outcome: str,
    note: str | None,
    tried_on: date,
    now: datetime,
) -> None:
    """Write down that someone tried to reach them. The log only grows. Raises NotFound, NotAllowed,
    BadInput."""
    get_sheet(session, actor, entry_id)
    if how not in ATTEMPT_WAYS:
        raise _bad("tried_how", "Say how you tried to reach them.")
    if outcome not in ATTEMPT_OUTCOMES:
        raise _bad("outcome", "Say what came of it.")
    if tried_on > now.date():
        raise _bad("tried_on", "That day has not come yet.")
    if note and len(note) > 1000:
        raise _bad("tried_note", "Use at most 1000 letters.")
    session.add(
        ContactAttempt(
            id=uuid4(), entry_id=entry_id, tried_on=tried_on, how=how, outcome=outcome, note=note or None,
            made_by=actor.role_label, person_id=actor.id, made_at=now,
        )
    )  # fmt: skip
    session.flush()


def list_rules(session: Session) -> dict[str, int]:
    """Months between two checks, by kind."""
    return {rule.kind: rule.months for rule in queries.list_rules(session)}


def set_rules(session: Session, actor: Actor, months: dict[str, int]) -> None:
    """Change after how many months a kind is due. Raises NotAllowed, BadInput."""
    if not actor.has("admin"):
        require("Only an administrator can change this: it counts for the whole directory.")
    for kind, number in months.items():
        if kind not in KIND_WORDS or not 1 <= number <= LONGEST_MONTHS:
            raise _bad(f"months_{kind}", f"Give whole months from 1 to {LONGEST_MONTHS}.")
    # The day that the public's side goes by moves with it, so whoever saves waits.
    take_turn(session)
    for rule in queries.list_rules(session):
        if months.get(rule.kind, rule.months) != rule.months:
            queries.set_rule(session, rule, months[rule.kind])


def _bad(field: str, message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field=field, message=message)])
