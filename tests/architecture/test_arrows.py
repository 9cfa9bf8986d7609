import pytest

from tests.architecture.arrows import forbidden_imports
from tests.architecture.source import PACKAGES, offences, snippet


def test_packages_import_only_along_the_arrows() -> None:
    assert offences(forbidden_imports, *PACKAGES) == []


@pytest.mark.parametrize(
    "name",
    "asyncio glob http importlib io locale logging os pathlib random secrets shutil"
    " socket sqlite3 ssl subprocess sys tempfile threading time urllib.request uuid".split(),
)
def test_the_core_may_not_import_what_touches_the_world(name: str) -> None:
    assert list(forbidden_imports(snippet(f"import {name}"))) == [
        f"engine/sample.py:1: `{name.partition('.')[0]}` is not pure, and `engine` is"
    ]


@pytest.mark.parametrize(
    ("importer", "statement"),
    [
        ("engine.sample", "from rules import reading"),
        ("engine.sample", "import api.cli"),
        ("engine.sample", "import pydantic"),
        ("engine.sample", "import yaml"),
        ("engine.documents_like", "import pydantic"),
        ("rules.sample", "from adapters.store import rows"),
        ("rules.sample", "import api"),
        ("rules.sample", "import rich"),
        ("rules.sample", "import openpyxl"),
        ("rules.analysis.spreadsheets", "import openpyxl"),
        ("rules.analysis.spreadsheet.drawing", "import pydantic"),
        ("adapters.sample", "from rules.reading.reader import read"),
        ("adapters.sample", "import api.settings"),
        ("adapters.sample", "import markupsafe"),
        ("api.sample", "import pytest"),
        ("adapters.second_opinion.asking", "import durable_rules_engine"),
        ("adapters.second_opinion.matcher", "from durable.lang import rule"),
        ("api.sample", "import tests.reference"),
        ("engine.sample", "def late():\n    import rules.reading.reader"),
        ("engine.sample", "if TYPE_CHECKING:\n    from adapters import store"),
    ],
)
def test_an_import_against_the_arrows_is_found(importer: str, statement: str) -> None:
    assert len(list(forbidden_imports(snippet(statement, importer)))) == 1


@pytest.mark.parametrize(
    ("importer", "statement"),
    [
        ("engine.sample", "from collections.abc import Mapping\nimport stdnum.iban\nimport engine"),
        ("engine.sample", "from . import money\nfrom .money import Money"),
        ("engine.documents.invoice", "from pydantic import BaseModel"),
        ("rules.schema", "from pydantic import BaseModel"),
        ("rules.analysis.spreadsheet.drawing", "from openpyxl.styles import Font"),
        ("rules.sample", "import pathlib\nimport yaml\nfrom engine.money import Money"),
        ("adapters.sample", "import sqlite3\nimport holidays\nfrom engine import money"),
        ("adapters.second_opinion.matcher", "import durable_rules_engine"),
        ("api.sample", "import rules.reading.reader, adapters.store, engine.money\nimport typer"),
    ],
)
def test_an_import_along_the_arrows_is_allowed(importer: str, statement: str) -> None:
    assert list(forbidden_imports(snippet(statement, importer))) == []
