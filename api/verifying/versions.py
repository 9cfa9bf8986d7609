"""What a verification is made with: versions that can change a result, and the verifier itself."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine.recorded import SEMANTICS


def here() -> Mapping[str, str]:
    """The versions that a record names, as they are here."""
    return {"semantics": SEMANTICS, "tzdata": _version("tzdata"), "holidays": _version("holidays")}


def verifier() -> Mapping[str, str]:
    """The program: its version, the digest of its file where it is one file, and its Python."""
    path = Path(sys.argv[0])
    is_one_file = path.suffix == ".pyz" and path.is_file()
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if is_one_file else ""
    return {
        "version": _version("countersign"),
        "digest": f"sha256:{digest}" if digest else "",
        "python": sys.version.partition(" ")[0],
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
