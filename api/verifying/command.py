"""`countersign-verify`: verifies an export, offline, with nothing but Python.

Exit codes: 0 verified; 1 something is wrong, or no key from outside vouches for it; 2 not read
(usage, no such file).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from api.verifying.page import page_of
from api.verifying.report import EXIT_CODES, lines_of, plain_of
from api.verifying.running import Progress, Verification, verify
from api.verifying.stamps import say_unchecked, write_stamps
from api.verifying.versions import here, verifier
from api.zones import use_own_zones
from engine.trail.notes import MOST_BYTES, Key, NoteRefused, key_of
from engine.verifying.heads import Outside
from engine.verifying.steps import STAMPED

NOT_READ: Final = 2


class NotRead(Exception):
    """Something that was asked for cannot be read. The message says what."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
    asked = _parser().parse_args(arguments)
    use_own_zones()
    try:
        outside = outside_of(asked.key, asked.earlier)
        found = verify(
            asked.export,
            outside,
            here(),
            is_performing=not asked.no_perform,
            progress=progress_on(sys.stderr),
        )
        say_unchecked(found.stamped, asked.stamps, asked.stamp_root, found.steps[STAMPED])
        if asked.stamps is not None:
            write_stamps(found.stamped, asked.stamps)
        if asked.report is not None:
            text = page_of(found, asked.export.name, asked.key, asked.earlier, verifier())
            asked.report.write_text(text, encoding="utf-8")
    except (NotRead, OSError) as problem:
        sys.stderr.write(f"countersign-verify: {problem}\n")
        return NOT_READ
    sys.stdout.write(written(found, is_json=asked.json))
    return EXIT_CODES[found.verdict]


def written(found: Verification, *, is_json: bool) -> str:
    """The report as it is printed."""
    if is_json:
        plain = plain_of(found, verifier())
        return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"
    return "".join(f"{line}\n" for line in lines_of(found))


def outside_of(keys: Sequence[str], earlier: Sequence[Path]) -> Outside:
    """What was given from outside: keys as text or as files of one key a line, and checkpoints.

    Raises `NotRead`.
    """
    return Outside(
        tuple(key for text in keys for key in _keys(text)),
        tuple(_text(path) for path in earlier),
    )


def _keys(text: str) -> list[Key]:
    is_file = "+" not in text
    lines = _text(Path(text)).splitlines() if is_file else [text]
    try:
        found = [key_of(line) for line in lines if line.strip() and not line.startswith("#")]
    except NoteRefused as problem:
        raise NotRead(f"the key `{text[:200]}` cannot be read: {problem}") from problem
    if not found:
        raise NotRead(f"there is no key in `{text[:200]}`")
    return found


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(100 * MOST_BYTES)
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise NotRead(f"`{path}` cannot be read: {problem}") from problem


def progress_on(stream: TextIO) -> Progress:
    """Says how far it is on a terminal, and nothing elsewhere."""
    if not stream.isatty():
        return lambda work, done, total: None

    def tell(work: str, done: int, total: int) -> None:
        if done % 100 == 0 or done == total:
            stream.write(f"\r{work}: {done:,} of {total:,}\x1b[K")
            stream.flush()

    return tell


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="countersign-verify",
        description="Verifies an export of a trail: no database, no network, no secret.",
        epilog="Exit codes: 0 verified; 1 something is wrong, or no key from outside vouches for"
        " it; 2 not read.",
    )
    parser.add_argument("export", type=Path, help="the file NAME.countersign.zip")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="KEY|FILE",
        help="a key of the log from outside, as `name+id+key` or a file of such lines; repeatable",
    )
    parser.add_argument(
        "--earlier",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a checkpoint that was published earlier; repeatable",
    )
    parser.add_argument(
        "--stamp-root",
        type=Path,
        metavar="FILE",
        help="the root certificate of the time stamp authority, for the command that is printed",
    )
    parser.add_argument(
        "--stamps", type=Path, metavar="FOLDER", help="write checkpoints and time stamps to files"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write a report (HTML)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--no-perform", action="store_true", help="leave out step 10, performing decisions again"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
