"""`docs/walk.md` is walked: the service is started, the commands are run against it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.policies.sets import POLICIES, ROOT

TEXT = (ROOT / "docs" / "walk.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PROGRAM = (sys.executable, "-c", "from api.cli import main; main()")
SERVED = re.compile(r"serving on (\S+)\n")


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """What `make serve` does, on a free port and a store of its own."""
    environment = {name: v for name, v in os.environ.items() if not name.startswith("COUNTERSIGN_")}
    environment["COUNTERSIGN_ENVIRONMENT"] = "development"
    environment["COUNTERSIGN_DATABASE_URL"] = f"sqlite:///{tmp_path / 'served.db'}"
    for command in (
        ["store", "migrate"],
        ["activate", str(POLICIES / "acme"), "--by", "gina", "--because", "to try it out"],
    ):
        subprocess.run([*PROGRAM, *command], env=environment, check=True, capture_output=True)
    said = tmp_path / "said"
    with (
        said.open("wb") as out,
        subprocess.Popen(
            [*PROGRAM, "serve", "--port", "0"], env=environment, stdout=out, stderr=subprocess.PIPE
        ) as server,
    ):
        try:
            deadline = time.monotonic() + 90
            while not (found := SERVED.search(said.read_text(encoding="utf-8"))):
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield found[1]
        finally:
            server.terminate()
            server.communicate(timeout=30)
    assert server.returncode in (0, -15)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the walk needs curl")
def test_the_walk_ends_with_an_approved_invoice(url: str, tmp_path: Path) -> None:
    script = ["set -eu"]
    for language, name, text in FENCE.findall(TEXT):
        if name:
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif language == "sh":
            script.append(text.replace("http://127.0.0.1:8080", url))
            script.append("echo")
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answers = _values(done.stdout)
    submitted, said, tasks, acted, case = answers
    assert "case" in submitted, submitted
    assert (submitted["case"], submitted["status"]) == ("C-000001", "pending")
    assert said["language"] == "en"
    assert [task["person"] for task in tasks["tasks"]] == ["mia"]
    assert acted["status"] == case["status"] == "approved"


def _values(text: str) -> list[dict[str, list[dict[str, object]]]]:
    """The JSON values that were printed one after the other."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text.rstrip()):
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


def test_make_serve_does_what_is_walked() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nserve:")[2]
    recipe = recipe.partition("\n\n")[0]
    for part in ("store migrate", "activate policies/acme", "countersign serve"):
        assert part in recipe
    assert "COUNTERSIGN_ENVIRONMENT=development" in (ROOT / "Makefile").read_text(encoding="utf-8")
