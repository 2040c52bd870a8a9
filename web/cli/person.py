"""`hereabouts person`: people with an account, from the command line of who runs the directory."""

import os
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

import typer

from web.cli.shared import REFUSED, directory_session, plain_errors, say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.accounts.letters import Site
    from api.models import Person
    from api.permissions import Role
    from api.settings import Settings

person = typer.Typer(help="People with an account.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="Their e-mail address.")]
AreaOption = Annotated[str | None, typer.Option("--area", help="Code or name in the address of an area.")]


@person.command()
def add(
    email: Email,
    role: Annotated[str, typer.Option(help="navigator, curator, coordinator or admin.")],
    area: AreaOption = None,
    name: Annotated[str, typer.Option(help="The name they are known by.")] = "",
) -> None:
    """Make an account, and send or print the invitation. Without --area the role counts everywhere."""
    from api.accounts import service, settling
    from api.settings import get_settings

    settings = get_settings()
    with plain_errors(), directory_session() as session:
        made = service.add_person(session, email=email)
        if name:
            service.rename(session, made, name)
        service.give_role(session, made, _role(role), area=_area(session, role, area))
        link = settling.invite(session, made, _site(settings), now=_now())
    if settings.smtp_url:
        say(f"{email} has an account. The invitation is on its way.")
    else:
        say(f"{email} has an account. No mail server is set, so hand them this link (good once, two weeks):")
        say(link)
        if not settings.public_url:
            say("Set HEREABOUTS_PUBLIC_URL, so that links have the address people reach this directory at.")


@person.command("list")
def list_() -> None:
    """Everyone with an account, and what they may do."""
    from api.accounts import people, service

    with plain_errors(), directory_session() as session:
        for one in people.list_everyone(session):
            roles = people.describe_grants(session, service.as_actor(one).grants)
            words = "; ".join(f"{role.lower()}, {where}" for role, where in roles) or "no role"
            marks = _marks(one)
            say(f"{one.email}  {one.name}: {words}{f' ({marks})' if marks else ''}")


def _marks(one: "Person") -> str:
    found = {
        "example": one.is_example,
        "no password yet": one.password_hash is None,
        "codes from a phone": one.totp_on_at is not None,
    }
    return ", ".join(words for words, is_so in found.items() if is_so)


@person.command()
def role(
    email: Email,
    give: Annotated[str | None, typer.Option("--add", help="A role to give.")] = None,
    take: Annotated[str | None, typer.Option("--remove", help="A role to take away.")] = None,
    area: AreaOption = None,
) -> None:
    """Give or take away a role. Without --area it is the role everywhere."""
    from api.accounts import people, service

    if not give and not take:
        raise typer.BadParameter("Say --add ROLE or --remove ROLE.")
    with plain_errors(), directory_session() as session:
        who = service.get_person_by_email(session, email)
        if give:
            service.give_role(session, who, _role(give), area=_area(session, give, area))
        if take:
            people.remove_role(session, who, _role(take), area=_area(session, take, area))
        roles = people.describe_grants(session, service.as_actor(who).grants)
    say(f"{email}: " + ("; ".join(f"{one.lower()}, {where}" for one, where in roles) or "no role"))


@person.command()
def close(email: Email) -> None:
    """Close an account: they are signed out, and nothing opens it any more."""
    from api.accounts import people, service

    with plain_errors(), directory_session() as session:
        people.close(session, service.get_person_by_email(session, email), now=_now())
    say(f"The account of {email} is closed.")


@person.command()
def password(email: Email) -> None:
    """Set a password; it is asked for twice and not shown. All their browsers are signed out."""
    from api.accounts import service, settling

    with plain_errors(), directory_session() as session:
        who = service.get_person_by_email(session, email)
        typed = typer.prompt("The new password", hide_input=True, confirmation_prompt="Once more")
        settling.set_password(session, who, typed, now=_now())
    say(f"The password of {email} is set.")


def _role(typed: str) -> "Role":
    from api.permissions import ROLES

    if typed not in ROLES:
        _refuse(f"“{typed}” is not a role. Roles are {', '.join(ROLES)}.")
    return cast("Role", typed)


def _area(session: "Session", role: str, area: str | None) -> str | None:
    from api.areas.service import get_area_code

    if area and role == "admin":
        _refuse("An administrator is one everywhere: leave --area out.")
    return get_area_code(session, area) if area else None


def _refuse(words: str) -> None:
    typer.echo(words, err=True)
    raise typer.Exit(REFUSED)


def _site(settings: "Settings") -> "Site":
    from api.accounts.letters import Site

    here = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    return Site(settings.title, (settings.public_url or here).rstrip("/"))


def _now() -> datetime:
    from api.clock import london_now

    return london_now()
