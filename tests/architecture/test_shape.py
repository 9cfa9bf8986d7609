import pytest

from tests.architecture.shape import (
    assertions,
    borrowed_names,
    long_functions,
    long_modules,
    shared_mutables,
)
from tests.architecture.source import PACKAGES, offences, snippet


def test_product_code_does_not_assert() -> None:
    assert offences(assertions, *PACKAGES) == []


def test_an_assertion_is_found() -> None:
    assert len(list(assertions(snippet("def f(x):\n    assert x")))) == 1


def test_modules_have_at_most_400_lines() -> None:
    assert offences(long_modules, *PACKAGES, "bench") == []


def test_a_long_module_is_found() -> None:
    assert list(long_modules(snippet("x = 1\n" * 400))) == []
    assert len(list(long_modules(snippet("x = 1\n" * 401)))) == 1


def test_functions_have_at_most_50_lines() -> None:
    assert offences(long_functions, *PACKAGES, "bench") == []


@pytest.mark.parametrize("opening", ["def f():\n", "async def f():\n"])
def test_a_long_function_is_found(opening: str) -> None:
    assert list(long_functions(snippet(opening + "    x = 1\n" * 49))) == []
    assert len(list(long_functions(snippet(opening + "    x = 1\n" * 50)))) == 1


def test_no_module_has_the_name_of_another_package() -> None:
    assert offences(borrowed_names, *PACKAGES) == []


@pytest.mark.parametrize("name", ["engine.calendar", "adapters.erp.json", "rules.yaml"])
def test_a_borrowed_name_is_found(name: str) -> None:
    assert len(list(borrowed_names(snippet("", name)))) == 1


def test_a_name_of_its_own_is_allowed() -> None:
    assert list(borrowed_names(snippet("", "engine.business_time"))) == []


def test_modules_hold_nothing_mutable() -> None:
    assert offences(shared_mutables, *PACKAGES) == []


@pytest.mark.parametrize(
    "text",
    [
        "names = []",
        "NAMES: Final = ['a']",
        "cache = {}",
        "cache: dict[str, int] = {}",
        "seen = set()",
        "SEEN: Final[set[str]] = {'a'}",
        "groups = collections.defaultdict(list)",
        "if True:\n    squares = {n: n * n for n in range(3)}",
        "try:\n    found = [1]\nexcept ValueError:\n    pass",
    ],
)
def test_a_shared_mutable_is_found(text: str) -> None:
    assert len(list(shared_mutables(snippet(text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "NAMES = ('a', 'b')",
        "NAMES = frozenset({'a'})",
        "RATES = MappingProxyType({'a': 1})",
        "RATES: Final = {'a': 1}",
        "RATES: Final[Mapping[str, int]] = {'a': 1}",
        "__all__ = ['f']",
        "def f():\n    found = []",
        "class C:\n    names: list[str]",
    ],
)
def test_a_constant_is_allowed(text: str) -> None:
    assert list(shared_mutables(snippet(text))) == []
