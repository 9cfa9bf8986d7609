"""The command line as a process: exit codes, pipes, signals, colours. Never a traceback."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.orders import order

PROGRAM = [sys.executable, "-c", "from api.cli import main; main()"]
ROOT = Path(__file__).resolve().parents[2]
QUIET = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": str(ROOT)}


def run(
    *arguments: str | Path, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    found = subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env=QUIET | environment,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in found.stderr
    return found


def document(folder: Path, text: str) -> Path:
    path = folder.parent / "document.json"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_code_of_the_table(folder: Path) -> None:
    good = document(folder, json.dumps(order("PO-1", "5.00")))
    broken = folder.parent / "broken"
    broken.mkdir()
    (broken / "policy.yaml").write_text("kind: sett\n", encoding="utf-8")
    no_data = folder.parent / "no_data"
    no_data.mkdir()
    codes = {
        0: ("decide", good, "-p", folder),
        1: ("lint", broken),
        2: ("decide", good),
        3: ("decide", folder / "nothing.json", "-p", folder),
        4: ("decide", good, "-p", broken),
        5: ("decide", good, "-p", folder, "-d", no_data),
        6: ("decide", good, "-p", folder, "-o", folder / "a" / "b"),
    }
    for code, arguments in codes.items():
        found = run(*arguments)
        assert found.returncode == code, (code, found.stderr)
        assert bool(found.stderr) == (code > 1)


def test_standard_input(folder: Path) -> None:
    text = json.dumps(order("PO-1", "5.00")).encode()
    found = run("decide", "-", "-p", folder, "--json", stdin=text)
    assert json.loads(found.stdout)["decision"]["outcome"] == "straight_through"


def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    path = folder.parent / "many.jsonl"
    lines = [json.dumps(order(f"PO-{n}", "5.00")) for n in range(3_000)]
    path.write_text("\n".join(lines), encoding="utf-8")
    process = subprocess.Popen(
        [*PROGRAM, "decide", str(path), "-p", str(folder), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=QUIET,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) in (0, 1)
    assert errors == b""


def test_an_interruption_ends_with_130(folder: Path) -> None:
    # A job in the background ignores interruptions and passes that on: a terminal does not.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    process = subprocess.Popen(
        [*PROGRAM[:-1], heeding + PROGRAM[-1], "decide", "-", "-p", str(folder), "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=QUIET,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    text = json.dumps(order("PO-1", "5.00")).encode() + b"\n"
    process.stdin.write(text * 3)
    process.stdin.flush()
    process.stdout.readline()  # it is reading, and waits for the next line
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in errors


@pytest.mark.parametrize(("environment", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_for_terminals(
    folder: Path, environment: dict[str, str], is_coloured: bool
) -> None:
    good = document(folder, json.dumps(order("PO-1", "5.00")))
    arguments = [*PROGRAM, "decide", str(good), "-p", str(folder)]
    assert b"\x1b[" not in run(*arguments[len(PROGRAM) :]).stdout
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        arguments,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=QUIET | {"TERM": "xterm-256color"} | environment,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait(timeout=60) == 0
    assert (b"\x1b[1;32m" in shown) is is_coloured


def test_output_that_the_terminal_cannot_write_is_escaped(folder: Path) -> None:
    good = document(folder, json.dumps(order("PO-\N{EURO SIGN}", "5.00")))
    found = run("decide", good, "-p", folder, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert found.returncode == 0
    assert found.stdout.startswith(b"PO-\\u20ac")


def test_a_mistake_of_the_program_is_said_in_one_line(folder: Path) -> None:
    program = (
        "import api.cli, api.commands.lint as lint\n"
        "def broken(folder, on): raise RuntimeError('odd\\x1b[2J')\n"
        "lint.check_draft = broken\n"
        "api.cli.main()"
    )
    arguments = [sys.executable, "-c", program, "lint", str(folder)]
    found = subprocess.run(arguments, capture_output=True, env=QUIET, check=False, timeout=60)
    assert found.returncode == 70
    assert found.stderr.splitlines()[0] == (
        b"error: a mistake in Countersign: RuntimeError: odd\\x1b[2J"
    )
    assert b"Traceback" not in found.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_what_may_not_be_read_is_said(folder: Path) -> None:
    good = document(folder, json.dumps(order("PO-1", "5.00")))
    good.chmod(0)
    found = run("decide", good, "-p", folder)
    assert (found.returncode, b"permission denied" in found.stderr) == (3, True)


@pytest.mark.parametrize(
    "command", ["decide", "explain", "lint", "test", "demo", "data check", "sheet import"]
)
def test_every_command_has_help_with_the_exit_codes_and_json(command: str) -> None:
    found = run(*command.split(), "--help", COLUMNS="200", TERM="dumb")
    assert found.returncode == 0
    assert b"Exit codes" in found.stdout
    assert b"--json" in found.stdout


def test_the_version_is_said() -> None:
    assert run("--version").stdout.startswith(b"countersign ")


def test_what_decides_imports_neither_the_store_nor_the_service() -> None:
    program = (
        "import sys; from api.cli import app\n"
        "app(['decide', '--help'], standalone_mode=False)\n"
        "print(*sorted({'engine', 'sqlalchemy', 'fastapi'} & {*sys.modules}), file=sys.stderr)"
    )
    arguments = [sys.executable, "-c", program]
    found = subprocess.run(arguments, capture_output=True, env=QUIET, check=True, timeout=60)
    assert found.stderr.split() == [b"engine"]
