"""Programs that run beside each other: started again when they end, ended together."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from web.children import Child, ChildGaveUp, Children, run_to_end


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def children(said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Children]:
    monkeypatch.setattr("web.children.FIRST_PAUSE_S", 0.05)
    children = Children(said.append)
    yield children
    children.stop()


def program(code: str, *words: str) -> list[str]:
    return [sys.executable, "-c", code, *words]


def tend_until(children: Children, true: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        children.tend()
        if true():
            return True
        time.sleep(0.05)
    return False


def test_one_that_ends_is_started_again(children: Children, said: list[str], tmp_path: Path) -> None:
    mark = "import sys; open(sys.argv[1], 'a').write('x')"
    children.start(Child("The mark", program(mark, str(tmp_path / "marks"))))
    assert tend_until(children, lambda: len(_read(tmp_path / "marks")) >= 2)
    assert said[0] == "The mark ended (code 0); starting it again"


def test_one_that_does_one_thing_is_waited_for(tmp_path: Path) -> None:
    mark = "import sys, time; time.sleep(0.1); open(sys.argv[1], 'a').write('x')"
    assert run_to_end(Child("The mark", program(mark, str(tmp_path / "marks"))))
    assert _read(tmp_path / "marks") == "x"
    assert not run_to_end(Child("Nothing", program("raise SystemExit(3)")))


def test_without_one_that_matters_there_is_no_going_on(children: Children) -> None:
    children.start(Child("The server", program("raise SystemExit(3)"), essential=True))
    with pytest.raises(ChildGaveUp, match="The server does not start"):
        tend_until(children, lambda: False)


def test_an_end_before_anything_worked_is_final(children: Children) -> None:
    children.start(Child("The server", program("raise SystemExit(3)"), essential=True))

    def look_until_refused() -> None:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            children.refuse_ended()
            time.sleep(0.02)

    with pytest.raises(ChildGaveUp):
        look_until_refused()


def test_one_that_does_not_listen_is_ended_all_the_same(
    children: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.children.STOP_S", 0.5)
    deaf = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "open(sys.argv[1], 'w').write('up'); time.sleep(60)"
    )
    children.start(Child("The deaf one", program(deaf, str(tmp_path / "up"))))
    assert tend_until(children, lambda: _read(tmp_path / "up") == "up")
    began = time.monotonic()
    children.stop()
    assert time.monotonic() - began < 5


def test_what_one_says_can_go_to_a_file(children: Children, tmp_path: Path) -> None:
    talk = "print('good morning'); import time; time.sleep(60)"
    child = Child(
        "The talker", program(talk), environment={"PYTHONUNBUFFERED": "1"}, log=tmp_path / "talk.log"
    )
    children.start(child)
    assert tend_until(children, lambda: _read(tmp_path / "talk.log") == "good morning\n")


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
