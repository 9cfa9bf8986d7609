"""The project speaks of the product: no paths of a machine, no addresses of registries."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.architecture.source import ROOT

# Written so that this file does not find itself.
MACHINE_PATH: Final = re.compile(
    r"(?<![\w./~})-])/(?:work|root|opt|home/\w+|Users/\w+)(?![\w-])|[A-Z]:\\Users"
)
REGISTRY: Final = re.compile(
    r"pypi\.(?:org|python)|pythonhosted\.org|npmjs\.(?:org|com)|(?<!emit-)index[-_]url|--find[-_]links",
    re.IGNORECASE,
)


def unfitting_words(path: Path) -> Iterator[str]:
    """Places in one file that speak of a machine or of a registry; binary files have none."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    yield from unfitting_lines(path.relative_to(ROOT).as_posix(), text)


def unfitting_lines(name: str, text: str) -> Iterator[str]:
    """The same, for a text at hand."""
    for number, line in enumerate(text.splitlines(), start=1):
        if found := MACHINE_PATH.search(line):
            yield f"{name}:{number}: `{found[0]}` is a path of one machine"
        if found := REGISTRY.search(line):
            yield f"{name}:{number}: `{found[0]}` names a registry"
