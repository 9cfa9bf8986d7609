"""The verifier is one file, which runs where there is nothing but Python (F5)."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

from api.verifier_file import build, modules_from
from engine.verifying.steps import TITLES
from tests.verifying.exports import Export, Tree, signed, vkey

# Prefixes of names: what must not be packed, by its licence or because nothing may need it.
MISSING: Final = ("stdnum", "pydantic", "sqlalchemy", "typer", "cryptography", "httpx", "rich")


@pytest.fixture(scope="session")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built file."""
    path = tmp_path_factory.mktemp("verifier") / "countersign-verify.pyz"
    build(path)
    return path


def run(verifier: Path, folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """In an empty environment and folder, without anything that is installed."""
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-I", "-S", verifier, *map(str, arguments)],
        cwd=folder,
        env={"TMPDIR": str(folder.parent)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_scenario_35_it_verifies_where_nothing_is_installed(
    verifier: Path, export: Export, tmp_path: Path
) -> None:
    tree = Tree(export.bodies)
    export.earlier = [4]
    path = export.written(tmp_path / "x.countersign.zip")
    (tmp_path / "log.keys").write_text(f"# from the auditor's papers\n{vkey()}\n")
    (tmp_path / "june.note").write_text(signed(tree.head(4)))
    report = tmp_path / "report.html"
    done = run(
        *(verifier, tmp_path / "empty", path, "--key", tmp_path / "log.keys"),
        *("--earlier", tmp_path / "june.note", "--report", report),
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[-1] == "verified"
    for number, title in TITLES.items():
        assert any(line.startswith(f"{number:>2}  ok        {title}") for line in lines), number
    assert [*(tmp_path / "empty").iterdir()] == []
    page = report.read_text()
    assert hashlib.sha256(verifier.read_bytes()).hexdigest() in page
    for said in ("What was obtained", "log.keys", "june.note", "Control totals", "Signed off by"):
        assert said in page


def test_it_names_what_is_wrong_and_ends_with_1(
    verifier: Path, export: Export, tmp_path: Path
) -> None:
    export.lines = lambda lines: [line for line in lines if line["position"] != 3]
    path = export.written(tmp_path / "x.zip")
    done = run(verifier, tmp_path / "empty", path, "--key", vkey(), "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["verdict"] == "failed"
    assert found["steps"][2]["problems"] == [{"position": 3, "message": "the record is missing"}]


def test_without_a_key_it_does_not_say_verified(
    verifier: Path, export: Export, tmp_path: Path
) -> None:
    done = run(verifier, tmp_path / "empty", export.written(tmp_path / "x.zip"), "--no-perform")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("consistent with itself only")
    assert "10  not done" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["no such file", "--key", vkey()],
        ["x.zip", "--key", "no such file"],
        ["x.zip", "--key", "a+b+c"],
        ["x.zip", "--earlier", "no such file"],
        ["x.zip", "--unheard-of"],
        [],
    ],
)
def test_what_cannot_be_read_ends_with_2(
    verifier: Path, export: Export, tmp_path: Path, arguments: list[str]
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    export.written(folder / "x.zip")
    done = run(verifier, folder, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_the_same_sources_make_the_same_bytes(verifier: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pyz"
    os.umask(os.umask(0o077))
    assert build(again) == hashlib.sha256(verifier.read_bytes()).hexdigest()


def test_nothing_is_packed_that_may_not_be_and_licences_are(verifier: Path) -> None:
    with zipfile.ZipFile(verifier) as archive:
        names = archive.namelist()
    assert not [name for name in names if name.startswith(MISSING)]
    assert not [name for name in names if name.endswith((".so", ".pyd", ".pyc"))]
    for library in ("PyYAML", "holidays", "python_dateutil", "six", "tzdata"):
        folder = f"{library.lower()}-"
        assert any(name.lower().startswith(folder) and "licen" in name.lower() for name in names), (
            library
        )


GUARDED: Final = """
import sys
def guard(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "ctypes.")):
        raise RuntimeError(f"not allowed: {event}")
sys.addaudithook(guard)
sys.path.insert(0, sys.argv[1])
from api.verifying.command import main
code = main(sys.argv[2:])
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


def test_what_verifies_never_reaches_a_database_or_the_network(
    verifier: Path, export: Export, tmp_path: Path
) -> None:
    """Any socket or process ends it; of `adapters` it has only what reads files of people."""
    ours = modules_from("api.verifying.command")
    folders = {path.parent.name for path in ours if "adapters" in path.parts}
    assert folders == {"adapters", "master_data"}
    path = export.written(tmp_path / "x.zip")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", GUARDED, verifier, path, "--key", vkey()],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "verified")
    assert {*done.stderr.split()} & {"ssl", "sqlite3", "asyncio", *MISSING} == set()


def test_people_with_tax_numbers_and_public_holidays_are_read_there_too(
    verifier: Path, export: Export, tmp_path: Path
) -> None:
    """Tax numbers are judged by a library that is not packed; holidays come from one that is."""
    files = {name: data for content in export.contents.values() for name, data in content.items()}
    assert b"94-1234567" in files["suppliers.csv"]
    assert b"holidays: US" in files["organization.yaml"]
    path = export.written(tmp_path / "x.zip")
    done = run(verifier, tmp_path / "empty", path, "--key", vkey(), "--json")
    plain: dict[str, Any] = json.loads(done.stdout)
    assert plain["decisions"] == {"performed_again": plain["steps"][9]["count"]}
