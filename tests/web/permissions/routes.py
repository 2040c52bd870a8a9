"""Every route of the application as the permission table sees it: its method, its path, its gate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.accounts.dependencies import SAFE_METHODS, Gate, check_form, get_signed_in


@dataclass(frozen=True)
class Route:
    """`gate` is the role that `needs(...)` asks for: "public" when there is no gate, "signed in" for any."""

    method: str
    path: str
    gate: str
    checks_form: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def list_routes(app: FastAPI) -> list[Route]:
    """HEAD is the same route as its GET."""
    found = []
    for context in iter_route_contexts(app.routes):
        methods, dependant = getattr(context, "methods", None), getattr(context, "dependant", None)
        if not methods or dependant is None:
            continue
        calls = list(_calls(dependant))
        gates = [call.role or "signed in" for call in calls if isinstance(call, Gate)]
        assert len(gates) <= 1, f"{context.path} has two gates"
        if not gates and get_signed_in in calls:
            gates = ["signed in"]
        found += [
            Route(method, str(context.path), gates[0] if gates else "public", check_form in calls)
            for method in sorted(methods - {"HEAD"} or methods)
        ]
    return found


def _calls(dependant: Any) -> Iterator[Callable[..., Any]]:
    for one in dependant.dependencies:
        yield one.call
        yield from _calls(one)


def changes_something(route: Route) -> bool:
    return route.method not in SAFE_METHODS
