import json
import tomllib

import pytest

from tests.architecture.locking import disagreements, unhashed, unlocked
from tests.architecture.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {
    name: (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    for name in ("runtime", "dev", "bench", "erp")
}


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_with_hashes(name: str) -> None:
    assert list(unhashed(LOCKS[name])) == []


@pytest.mark.parametrize(
    "text", ["rich==15.0.0\n", "rich>=15 \\\n    --hash=sha256:00\n", "-r other.txt\n"]
)
def test_a_requirement_without_pin_or_hash_is_found(text: str) -> None:
    assert len(list(unhashed(text))) == 1


@pytest.mark.parametrize(
    ("name", "extras"),
    [("runtime", ["analysis"]), ("dev", ["analysis", "dev"]), ("bench", ["analysis", "bench"])],
)
def test_the_lock_has_every_dependency_and_what_builds(name: str, extras: list[str]) -> None:
    wanted = ["hatchling", "editables", *PROJECT["dependencies"]]
    for extra in extras:
        wanted += PROJECT["optional-dependencies"][extra]
    assert list(unlocked(wanted, LOCKS[name])) == []


def test_a_dependency_that_is_not_locked_is_found() -> None:
    assert list(unlocked(["PyYAML>=6", "rich"], "pyyaml==6.0.3 \\\n")) == ["rich"]


@pytest.mark.parametrize("name", ["dev", "bench"])
def test_tests_and_measurements_run_with_the_versions_of_the_product(name: str) -> None:
    assert list(disagreements(LOCKS["runtime"], LOCKS[name])) == []


def test_a_disagreement_between_locks_is_found() -> None:
    assert list(disagreements("rich==1\nsix==1", "rich==2\nsix==1")) == ["rich: 1 and 2"]


def test_servers_for_tests_are_pinned_with_hashes_and_from_no_named_registry() -> None:
    for path in sorted((ROOT / "tests").glob("*/package-lock.json")):
        packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
        for name, package in packages.items():
            assert not name or package["integrity"].startswith("sha512-"), (path, name)
            assert "resolved" not in package, (path, name)
