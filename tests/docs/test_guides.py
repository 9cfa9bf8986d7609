"""The README and the guides: files are written, commands are run, their output is compared.

A fence names its file after the language (```` ```yaml first/policy.yaml ````). In a `console`
fence a line after `$ ` is a command, with its settings before it, and the others are its output;
`...` stands for any text, on a line of its own for any lines, and `[exit 3]` for another exit code
than 0 or 1.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from itertools import takewhile
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.policies.sets import POLICIES, ROOT

GUIDES: Final = (
    "README.md",
    "docs/for-finance-admins.md",
    "docs/before-go-live.md",
    "docs/for-auditors.md",
    "docs/for-integrators.md",
)
MAPS: Final = (
    "rules/README.md",
    "engine/README.md",
    "adapters/README.md",
    "docs/cookbook.md",
    "docs/command-line.md",
    "docs/where-is-it.md",
    "docs/walk.md",
)
FENCE: Final = re.compile(
    r"^ *```(?P<language>\w+)(?: (?P<name>\S+))?\n(?P<text>.*?)^ *```$", re.DOTALL | re.MULTILINE
)
SETTING: Final = re.compile(r"COUNTERSIGN_\w+=")
How = Callable[[list[str], dict[str, str], Path], tuple[int, str, str]]
PROGRAM: Final = (sys.executable, "-c", "from api.cli import main; main()")


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console fence with the lines of its output."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.lstrip().startswith("$ "):
            found.append((line.lstrip()[2:], []))
        else:
            found[-1][1].append(line)
    yield from found


def pattern(lines: list[str]) -> str:
    """What the output must match."""
    parts = []
    for line in lines:
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*".join(map(re.escape, line.split("..."))) + "\n")
    return "".join(parts)


def run(command: str, lines: list[str], folder: Path, how: How) -> None:
    words = shlex.split(command)
    settings = dict(word.split("=", 1) for word in takewhile(SETTING.match, words))
    name, *arguments = words[len(settings) :]
    assert name.removeprefix(".venv/bin/") == "countersign", command
    code, said, complaints = how(arguments, settings, folder)
    codes = {0, 1}
    if lines and (stated := re.fullmatch(r"\[exit (\d)\]", lines[-1])):
        codes, lines = {int(stated[1])}, lines[:-1]
    assert code in codes, complaints
    if lines:
        assert re.fullmatch(pattern(lines) + r"\s*", said), f"{command}\n{said}"


def as_process(
    arguments: list[str], settings: dict[str, str], folder: Path
) -> tuple[int, str, str]:
    done = subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def in_this_process(
    arguments: list[str], settings: dict[str, str], folder: Path
) -> tuple[int, str, str]:
    with chdir(folder):
        done = CliRunner().invoke(app, arguments, env=settings)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_shows_is_what_happens(guide: str, tmp_path: Path) -> None:
    """Those of the README are processes, as its readers start them; others do without the start."""
    how = as_process if guide == "README.md" else in_this_process
    (tmp_path / "policies").symlink_to(POLICIES)
    ran = 0
    for fence in FENCE.finditer((ROOT / guide).read_text(encoding="utf-8")):
        if fence["language"] == "console":
            for command, lines in commands(fence["text"]):
                run(command, lines, tmp_path, how)
                ran += 1
        elif fence["name"]:
            path = tmp_path / fence["name"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fence["text"], encoding="utf-8")
    assert ran


@pytest.mark.parametrize("guide", [*GUIDES, *MAPS])
def test_a_guide_links_to_what_exists(guide: str) -> None:
    source = ROOT / guide
    for target in re.findall(r"\]\(([^)]+)\)", source.read_text(encoding="utf-8")):
        file, _, anchor = target.partition("#")
        path = (source.parent / file).resolve() if file else source.resolve()
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, target


def slug(heading: str) -> str:
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
