import pytest

from tests.architecture.purity import clock_readings, floats, inexact_divisions, worldly_calls
from tests.architecture.source import offences, snippet


def test_the_core_reads_no_clock() -> None:
    assert offences(clock_readings, "engine") == []


@pytest.mark.parametrize(
    "call", ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "clock.now()"]
)
def test_a_clock_reading_is_found(call: str) -> None:
    assert len(list(clock_readings(snippet(f"moment = {call}")))) == 1


def test_a_given_moment_is_no_clock_reading() -> None:
    assert list(clock_readings(snippet("def f(now, case):\n    return now < case.now"))) == []


def test_the_core_touches_neither_files_nor_terminal() -> None:
    # The one `exec` writes an `__init__` out of the names of fields, as `dataclasses` does.
    found = offences(worldly_calls, "engine")
    assert [each for each in found if not each.startswith("engine/values.py:")] == []
    assert len(found) == 1


@pytest.mark.parametrize("call", ["open('a')", "print(1)", "eval('1')", "__import__('os')"])
def test_a_worldly_call_is_found(call: str) -> None:
    assert len(list(worldly_calls(snippet(f"def f():\n    return {call}")))) == 1


def test_numbers_in_core_and_rules_are_exact() -> None:
    assert offences(floats, "engine", "rules") == []


@pytest.mark.parametrize(
    "text",
    [
        "rate = 1.08",
        "limit = 1e6",
        "z = 2j",
        "x = float('1')",
        "def f(x: float) -> None: ...",
        "import math\nx = math.sqrt(2)",
        "from math import log10",
    ],
)
def test_a_float_is_found(text: str) -> None:
    assert len(list(floats(snippet(text)))) == 1


def test_exact_numbers_are_no_floats() -> None:
    text = "import math\nx = math.floor(Fraction(1, 3)) + 10_000\ny = Decimal('1.08')"
    assert list(floats(snippet(text))) == []


def test_core_and_rules_divide_exactly() -> None:
    assert offences(inexact_divisions, "engine", "rules") == []


@pytest.mark.parametrize(
    "text",
    [
        "half = 1 / 2",
        "share = amount_minor / 3",
        "mean = total_minor / len(lines)",
        "def f(a: int, b: int) -> object:\n    return (a + 1) / -b",
        "amount_minor /= 100",
    ],
)
def test_a_division_of_whole_numbers_is_found(text: str) -> None:
    assert len(list(inexact_divisions(snippet(text)))) == 1


@pytest.mark.parametrize(
    "text", ["x = amount_minor // 3", "x = Fraction(1) / 3", "p = folder / 'policy.yaml'"]
)
def test_an_exact_division_is_allowed(text: str) -> None:
    assert list(inexact_divisions(snippet(text))) == []
