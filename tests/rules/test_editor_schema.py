"""The schema for editors and the compiler agree on which keys and words stand where."""

from __future__ import annotations

import importlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft7Validator

import rules
from engine.facts.vocabulary import BUILT_IN
from rules.compiling.compiler import compile_set, words_of
from rules.compiling.context import Vocabulary
from rules.compiling.files import KINDS
from rules.compiling.shapes import Form, Key, Shape
from rules.diagnostics import Diagnostics, Severity
from rules.editor import tables
from rules.editor.schema import DIALECT, schema_of
from rules.reading.nodes import Mapping, Node, Scalar
from rules.reading.reader import read
from rules.testing.forms import read_tests
from tests.policies.sets import POLICIES, ROOT, read_folder, read_yaml
from tests.rules.mutations import paths, replaced, scalar, written
from tests.rules.test_reference_examples import base, blocks

HERE: Final = Path(__file__).parent
SETS: Final = sorted(
    file.parent
    for top in (POLICIES, ROOT / "tests" / "policies" / "families")
    for file in top.glob("*/policy.yaml")
)


class Core(yaml.CSafeLoader):
    """YAML 1.2, as editors read it: `yes`, dates and `10_000.00` are texts, `10000.00` is not."""


Core.yaml_implicit_resolvers = {}
Core.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
Core.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)
Core.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+\.[0-9]*$"), list("-+0123456789")
)
Core.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)


@cache
def loaded(data: bytes) -> Any:
    """What an editor makes of a file: keys are texts. Nobody changes it."""
    return _with_text_keys(yaml.load(data, Core))  # noqa: S506


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _with_text_keys(part) for key, part in value.items()}
    return [_with_text_keys(part) for part in value] if isinstance(value, list) else value


@cache
def general() -> Draft7Validator:
    return Draft7Validator(schema_of())


def of_set(words: Vocabulary) -> Draft7Validator:
    return Draft7Validator(schema_of(words=words))


def complaints(validator: Draft7Validator, data: bytes) -> list[str]:
    return [f"{list(e.path)}: {e.message[:300]}" for e in validator.iter_errors(loaded(data))]


def test_the_schema_is_one_of_the_dialect_that_editors_know() -> None:
    schema = schema_of()
    assert schema["$schema"] == DIALECT
    Draft7Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema
    for kind in tables.FILES:
        Draft7Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_every_set_of_the_project_is_what_the_schema_allows(folder: Path) -> None:
    files = read_folder(folder)
    own = of_set(words_of(files))
    for name, data in files.items():
        assert not complaints(general(), data), name
        assert not complaints(own, data), name


@pytest.mark.parametrize(("name", "text"), blocks(), ids=[name for name, _ in blocks()])
def test_every_example_of_the_reference_is_what_the_schema_allows(name: str, text: str) -> None:
    assert not complaints(general(), text.encode())
    assert not complaints(of_set(words_of(base() | {name: text.encode()})), text.encode())


def test_every_golden_case_with_an_unknown_key_is_refused() -> None:
    seen = 0
    for expected in sorted((HERE / "golden" / "compiling").glob("*/expected.txt")):
        named = re.findall(r"^(\S+?):\d+:\d+: error\[unknown-key\]", expected.read_text(), re.M)
        files = {name: (expected.parent / name).read_bytes() for name in set(named)}
        for name, data in files.items():
            seen += 1
            assert complaints(general(), data), (expected.parent.name, name)
    assert seen >= 5


def shapes_of_the_language() -> dict[str, Shape]:
    found = {}
    for part in ("compiling", "testing"):
        for module in sorted((Path(rules.__path__[0]) / part).glob("*.py")):
            name = f"rules.{part}.{module.stem}"
            for called, value in vars(importlib.import_module(name)).items():
                if isinstance(value, Shape):
                    found[f"{name}.{called}"] = value
                if isinstance(value, Key) and value.form.shape is not None:
                    found[f"{name}.{called}"] = value.form.shape
    return found


def test_every_mapping_of_the_language_is_in_the_schema_with_the_same_keys() -> None:
    definitions = list(schema_of()["definitions"].values())
    described = [set(d["properties"]) for d in definitions if "title" in d]
    missing = [
        name
        for name, shape in shapes_of_the_language().items()
        if {key.name for key in shape.keys} not in described
    ]
    assert len(shapes_of_the_language()) > 60
    assert not missing


def test_every_kind_of_file_that_is_applied_has_a_schema() -> None:
    assert {*tables.FILES} == {*KINDS}


@pytest.mark.parametrize("kind", tables.FILES)
def test_the_schema_of_one_kind_takes_files_of_no_other(kind: str) -> None:
    validator = Draft7Validator(schema_of(kind))
    files = [data for folder in SETS for data in read_folder(folder).values()]
    files += read_yaml(POLICIES / "countries").values()
    taken = [data for data in files if validator.is_valid(loaded(data))]
    assert taken == [data for data in files if loaded(data)["kind"] == kind]
    assert taken


def test_every_form_of_the_language_has_a_schema() -> None:
    unread = Form("never heard of", lambda _node, _context: None)
    shape = Shape("a file", (Key("x", unread, ""),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "FILES", {**tables.FILES, "new": shape})
        patch.setattr("rules.editor.schema.FILES", tables.FILES | {"new": shape})
        with pytest.raises(KeyError, match="never heard of"):
            schema_of()


def kinds_of_places(files: dict[str, bytes]) -> list[tuple[str, Node, tuple[int, ...]]]:
    """One mapping for each way of keys that leads to one, in the files of a set."""
    found: dict[tuple[str, ...], tuple[str, Node, tuple[int, ...]]] = {}
    for name, data in files.items():
        root = read(name, data, Diagnostics())
        assert isinstance(root, Mapping)
        for path, node in paths(root):
            if isinstance(node, Mapping) and node.entries:
                ways = (_kind(root), *_keys(root, path))
                found.setdefault(ways, (name, root, path))
    return [*found.values()]


def _kind(root: Mapping) -> str:
    kind = root.get("kind")
    assert isinstance(kind, Scalar)
    return kind.text


def _keys(node: Node, path: tuple[int, ...]) -> list[str]:
    """The way in keys; names of the set and numbers of items make no difference."""
    words = []
    for index in path:
        if isinstance(node, Mapping):
            words.append(node.entries[index][0].text)
            node = node.entries[index][1]
        else:
            words.append("*")
            node = node.items[index]  # type: ignore[union-attr]
    return words


def problems(files: dict[str, bytes], name: str) -> set[str]:
    """The codes of errors in one file, those of its tests included."""
    found = Diagnostics()
    compile_set(files, found)
    read_tests({name: files[name]}, found)
    return {
        each.code for each in found if each.severity is Severity.ERROR and each.place.file == name
    }


@pytest.mark.parametrize("folder", [POLICIES / "acme", POLICIES / "university", None], ids=str)
def test_an_unknown_key_anywhere_is_refused_by_both_or_by_none(folder: Path | None) -> None:
    if folder is None:
        sets = [base() | {name: text.encode()} for name, text in blocks()]
    else:
        sets = [read_folder(folder)]
    tried: set[tuple[str, ...]] = set()
    for files in sets:
        validator = of_set(words_of(files))
        before: dict[str, set[str]] = {}
        for name, root, path in kinds_of_places(files):
            ways = (_kind(root), *_keys(root, path))  # type: ignore[arg-type]
            if ways in tried or "given" in ways:
                continue
            tried.add(ways)
            if name not in before:
                before[name] = problems(files, name)
            assert_both_agree(files, name, root, path, validator, before[name])
    assert len(tried) > 30


def assert_both_agree(
    files: dict[str, bytes],
    name: str,
    root: Node,
    path: tuple[int, ...],
    validator: Draft7Validator,
    before: set[str],
) -> None:
    node = next(node for way, node in paths(root) if way == path)
    assert isinstance(node, Mapping)
    more = Mapping((*node.entries, (scalar("zzz"), scalar("x"))), node.place)
    data = written(replaced(root, path, more)).encode()
    after = problems(files | {name: data}, name)
    # Names of guarantees are known to the linter alone.
    refused = bool(after - before - {"unknown-guarantee"})
    assert bool(complaints(validator, data)) == refused, (name, _keys(root, path), after)


@pytest.mark.parametrize(
    ("value", "is_fine"),
    [
        ("10_000.00", True),
        ("10000.00", True),
        ("10_000.00 USD", True),
        ("'10_000.00'", True),
        ("10,000.00", False),
        ("requester.limit", True),
        ("{lesser: [10% of contract.original, 100_000.00]}", True),
        ("{smaller: [1, 2]}", False),
        ("[1]", False),
    ],
)
def test_bounds_as_editors_read_them(value: str, is_fine: bool) -> None:
    head = "kind: approvals\nname: a\ndocuments: [invoice]\namount: document.net\n"
    text = f"{head}rows:\n  - {{up_to: {value}, approve: cfo}}\n"
    found = complaints(general(), text.encode())
    assert bool(found) != is_fine, found


def test_a_set_brings_its_own_words() -> None:
    files = read_folder(POLICIES / "acme")
    own = of_set(words_of(files))
    head = "kind: approvals\nname: a\ndocuments: [invoice]\namount: document.net\n"
    good = f"{head}rows:\n  - {{when: {{split_sum: {{above: 1.00}}}}, approve: group_controller}}\n"
    assert not complaints(own, good.encode())
    for wrong in ("group_contoller", "split_sun", "invoize"):
        right = {"group_contoller": "group_controller", "split_sun": "split_sum"}
        text = good.replace(right.get(wrong, "invoice"), wrong)
        assert complaints(own, text.encode()), wrong
        assert not complaints(general(), text.encode()), wrong


def test_a_set_with_errors_brings_its_words_too() -> None:
    files = read_folder(POLICIES / "acme")
    broken = files | {
        "approvals/us.yaml": b"kind: approvals\nrows: [\n",
        "policy.yaml": b"kind: x\n",
    }
    assert words_of(broken).roles == words_of(files).roles
    assert words_of(broken).facts.keys() == words_of(files).facts.keys()


def test_every_key_and_every_fact_is_explained() -> None:
    definitions = schema_of()["definitions"]
    silent = [
        f"{name}.{key}"
        for name, definition in definitions.items()
        for key, value in definition.get("properties", {}).items()
        if "description" not in value and not name.startswith(("one_of_the", "a_supplier"))
    ]
    assert set(definitions["condition"]["properties"]) > {fact.name for fact in BUILT_IN}
    assert not [name for name in silent if not name.startswith(SPEAK_FOR_THEMSELVES)], silent


# Columns of master data, under the names that they have there.
SPEAK_FOR_THEMSELVES: Final = (
    "a_person",
    "a_role_held",
    "given",
    "a_rate",
    "a_period",
    "a_relation",
    "a_delegation.",
    "somebody_",
)
