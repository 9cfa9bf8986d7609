"""`countersign-verify` as one file, for machines with nothing but Python (`make verifier`).

In it are the modules that `api/verifying` needs, found by their imports, and what they need of
libraries: PyYAML (MIT), `holidays` (MIT) with python-dateutil (Apache-2.0) and six (MIT), and
`tzdata` (Apache-2.0), so that zones and holidays are the same everywhere; with their licences.
Nothing is compressed and every time is the same, so that the same sources make the same bytes.
"""

from __future__ import annotations

import ast
import hashlib
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
BUILT: Final = Path("build") / "countersign-verify.pyz"
START: Final = "api.verifying.command"
OWN: Final = ("engine", "rules", "adapters", "api")
# The distributions that go in, and the top-level names of each.
BUNDLED: Final = {
    "PyYAML": ("yaml",),
    "holidays": ("holidays",),
    "python-dateutil": ("dateutil",),
    "six": ("six",),
    "tzdata": ("tzdata",),
}
_LEFT_OUT: Final = (".so", ".pyd", ".pyc", ".mo", ".pyi", ".tar.gz")
_TIME: Final = (1980, 1, 1, 0, 0, 0)
# Any Python reads this, so that an old one says what it lacks.
_MAIN: Final = b"""import sys

if sys.version_info < (3, 11):
    here = "%d.%d" % sys.version_info[:2]
    sys.stderr.write("countersign-verify needs Python 3.11 or newer, this is %s\\n" % here)
    sys.exit(2)

from api.verifying.command import main

sys.exit(main())
"""


def build(target: Path) -> str:
    """Writes the file and returns its digest."""
    target.parent.mkdir(parents=True, exist_ok=True)
    files = {"__main__.py": _MAIN, **dict(_own()), **dict(_bundled())}
    with target.open("wb") as stream:
        stream.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, _TIME)
                entry.create_system, entry.external_attr = 3, 0o100644 << 16
                archive.writestr(entry, files[name])
    target.chmod(0o755)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def _own() -> Iterator[tuple[str, bytes]]:
    """Our modules, as far as they are imported from the command on, and our name and version."""
    for path in sorted(modules_from(START)):
        yield str(path.relative_to(ROOT)), path.read_bytes()
    ours = distribution("countersign")
    yield from _metadata(ours, f"Name: {ours.name}\nVersion: {ours.version}\n")


def modules_from(name: str) -> set[Path]:
    """The files of a module and of all of ours that are loaded with it.

    What is imported within a function, or for types only, is not: it is loaded where it is needed,
    and nothing that verifies needs it.
    """
    found: set[Path] = set()
    wanted = [name]
    while wanted:
        module = wanted.pop()
        path = _file_of(module)
        if path is None or path in found:
            continue
        found.add(path)
        wanted += _imported(ast.parse(path.read_text(encoding="utf-8")))
        wanted += [module.rpartition(".")[0]] if "." in module else []
    return found


def _file_of(module: str) -> Path | None:
    if module.partition(".")[0] not in OWN:
        return None
    path = ROOT.joinpath(*module.split("."))
    candidates = (path / "__init__.py", path.with_suffix(".py"))
    return next((each for each in candidates if each.is_file()), None)


def _imported(tree: ast.Module) -> Iterator[str]:
    """What is imported when a module is loaded; a name of a package may be a module of it."""
    for node in tree.body:
        inner = node.body if isinstance(node, ast.Try) else [node]
        for each in inner:
            if isinstance(each, ast.Import):
                yield from (alias.name for alias in each.names)
            elif isinstance(each, ast.ImportFrom) and each.module is not None:
                yield each.module
                yield from (f"{each.module}.{alias.name}" for alias in each.names)


def _bundled() -> Iterator[tuple[str, bytes]]:
    for name, tops in BUNDLED.items():
        found = distribution(name)
        yield from _metadata(found, f"Name: {found.name}\nVersion: {found.version}\n")
        for file in found.files or ():
            path = Path(str(file.locate()))
            is_licence = "licen" in str(file).lower() and ".dist-info/" in str(file)
            is_code = file.parts[0].removesuffix(".py") in tops and "__pycache__" not in file.parts
            if is_licence or (is_code and not file.name.endswith(_LEFT_OUT)):
                yield str(file), path.read_bytes()


def _metadata(found: Distribution, text: str) -> Iterator[tuple[str, bytes]]:
    """What `importlib.metadata` reads: the name and version, and nothing of this machine."""
    folder = f"{found.name.replace('-', '_')}-{found.version}.dist-info"
    yield f"{folder}/METADATA", f"Metadata-Version: 2.1\n{text}".encode()


if __name__ == "__main__":
    made = build(ROOT / BUILT)
    sys.stdout.write(f"{BUILT}\nsha256:{made}\n")
