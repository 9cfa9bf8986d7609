"""The country files that come with the product, wherever it is installed.

In a checkout they stand in `policies/countries`, beside the sets that use them; a wheel carries
them as `adapters/countries` (see `force-include` in pyproject.toml).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent
FOLDERS: Final = (_HERE / "countries", _HERE.parent / "policies" / "countries")


class NotShipped(Exception):
    """The country files of the product are not where they should be. The message is one line."""


def shipped_countries() -> dict[str, bytes]:
    """The content of each file by the code of its country (`PL`), by code.

    Raises `NotShipped` where the installation lacks them.
    """
    for folder in FOLDERS:
        try:
            files = sorted(folder.glob("[a-z][a-z].yaml"))
            found = {file.stem.upper(): file.read_bytes() for file in files}
        except OSError as problem:
            why = (problem.strerror or "no reason given").lower()
            raise NotShipped(f"`{folder}` cannot be read: {why}") from None
        if found:
            return found
    raise NotShipped("this installation has no country files: install it again")
