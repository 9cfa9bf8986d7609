"""Time stamps for whoever checks their signatures elsewhere: as files, and by which command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from engine.verifying.stamping import Stamped
from engine.verifying.steps import Step

NOTE: Final = ".note"
REPLY: Final = ".tsr"


def say_unchecked(
    found: Sequence[Stamped], folder: Path | None, roots: Path | None, step: Step
) -> None:
    """That signatures were not looked at here, and how they are checked with OpenSSL."""
    if not found:
        return
    last = max(found, key=lambda each: each.size)
    name = _names(found)[found.index(last)]
    root = "ROOT.pem" if roots is None else str(roots)
    place = Path("FOLDER") if folder is None else folder
    step.limit(
        f"{len(found)} present, their digests match, and their signatures were not checked here:"
        " that needs `countersign trail verify --stamp-root`, or OpenSSL"
    )
    if folder is None:
        step.notes.append("`--stamps FOLDER` writes them out; then, for the last and so for each:")
    step.notes.append(
        f"openssl ts -verify -data {place / name}{NOTE} -in {place / name}{REPLY} -CAfile {root}"
    )


def write_stamps(found: Sequence[Stamped], folder: Path) -> None:
    """Each checkpoint and its time stamp, as files with names of ours. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, each in zip(_names(found), found, strict=True):
        (folder / f"{name}{NOTE}").write_text(each.note, encoding="utf-8", newline="")
        (folder / f"{name}{REPLY}").write_bytes(each.reply)


def _names(found: Sequence[Stamped]) -> list[str]:
    return [f"{number:06d}-{each.size:012d}" for number, each in enumerate(found, start=1)]
