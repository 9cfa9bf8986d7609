"""Which acceptance scenarios have tests, and the facts that their text demands of a decision.

`scenarios.md` is the list. A test names its scenario: a policy test as `scenario 8: ...`, a Python
test as `test_scenario_8_...`. Outcomes and routes are shown by the policy tests of ACME and its
variants; here stands what a policy test cannot say: comparisons, rates, codes, input errors.

Shows (B3, B4).
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from api.usecases.drafts import Draft, DraftData, load_data, load_draft
from api.usecases.judging import Judge, Judged
from api.usecases.submissions import Submission
from engine.decision import Decision
from engine.recording import to_plain
from engine.routing.acting import progress
from engine.routing.course import Act
from tests.policies.sets import POLICIES, ROOT

ACME: Final = POLICIES / "acme"
HERE: Final = Path(__file__).parent
AT: Final = "2027-03-15T09:00:00-04:00"
# What the product can do so far; the others wait for cases, their history or posting.
BUILT: Final = frozenset({*range(1, 12), *range(13, 29), *range(33, 39)})

LISTED: Final = re.compile(r"^(\d+)\. \*\*", re.MULTILINE)
POLICY_TEST: Final = re.compile(r"- name: \"?scenario (\d+):")
PYTHON_TEST: Final = re.compile(r"^def test_scenario_(\d+)_", re.MULTILINE)


# --- the index ------------------------------------------------------------------------------------


def numbers(pattern: re.Pattern[str], text: str) -> set[int]:
    return {int(found) for found in pattern.findall(text)}


def covered() -> dict[int, list[str]]:
    """The files whose tests name a scenario."""
    found: dict[int, list[str]] = {}
    for path, pattern in files_of_tests():
        for number in numbers(pattern, path.read_text(encoding="utf-8")):
            found.setdefault(number, []).append(path.relative_to(ROOT).as_posix())
    return found


def files_of_tests() -> Iterator[tuple[Path, re.Pattern[str]]]:
    for folder in (ACME / "tests", *sorted((HERE / "sets").glob("*/tests"))):
        yield from ((path, POLICY_TEST) for path in sorted(folder.glob("*.yaml")))
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        yield path, PYTHON_TEST


def listed() -> set[int]:
    return numbers(LISTED, (HERE / "scenarios.md").read_text(encoding="utf-8"))


def test_the_list_is_read_whole() -> None:
    assert listed() == set(range(1, 39))


def test_what_is_built_has_tests_and_the_rest_is_named() -> None:
    found = covered()
    waiting = sorted(listed() - found.keys())
    sys.stdout.write(f"scenarios without a test: {', '.join(map(str, waiting))}\n")
    assert sorted(BUILT - found.keys()) == []


def test_no_test_names_a_scenario_that_is_not_listed() -> None:
    assert {number: files for number, files in covered().items() if number not in listed()} == {}


# --- ACME decides ---------------------------------------------------------------------------------


@cache
def acme() -> tuple[Draft, DraftData]:
    draft = load_draft(ACME)
    return draft, load_data(ACME / "data", draft.policy)


def judged(at: str = AT, data: DraftData | None = None, **stated: object) -> Judged:
    """The answer to Rita's order of supplier S-1 for her cost center, or what `stated` says."""
    draft, usual = acme()
    raw: dict[str, object] = {
        "type": "purchase_order",
        "id": "PO-1",
        "entity": "US01",
        "requester": "rita",
        "cost_center": "cc100",
        "supplier": "S-1",
        "submitted_at": at,
        **stated,
    }
    judge = Judge(draft, data or usual, None, datetime.fromisoformat(at))
    return judge.judge(Submission(1, raw))


def recorded(at: str = AT, data: DraftData | None = None, **stated: object) -> dict[str, Any]:
    """The decision as it is written down."""
    found = judged(at, data, **stated)
    assert found.decision is not None, found.errors
    return to_plain(found.decision)


def changed(folder: Path, **tables: str) -> DraftData:
    """ACME's master data with some tables replaced or added."""
    target = folder / "data"
    shutil.copytree(ACME / "data", target)
    for name, text in tables.items():
        (target / f"{name}.csv").write_text(text, encoding="utf-8")
    data = load_data(target, acme()[0].policy)
    assert data.reports == ()
    return data


def comparisons(decision: dict[str, Any]) -> list[tuple[str, bool]]:
    """`10000.00 <= 10000.00` and whether it is true, in the order of comparing."""
    return [
        (f"{one['fact']}: {one['left']} {one['sign']} {one['right']}", one["result"])
        for one in decision["compared"]
    ]


# --- money ----------------------------------------------------------------------------------------


def test_scenario_1_the_trace_shows_the_comparison_at_the_threshold() -> None:
    made = comparisons(recorded(amount="10000.00", currency="USD"))
    assert ("limit of mia: 10000.00 <= 10000.00", True) in made
    made = comparisons(recorded(amount="10000.01", currency="USD"))
    assert ("limit of mia: 10000.01 <= 10000.00", False) in made
    assert ("limit of dan: 10000.01 <= 50000.00", True) in made


def test_scenario_2_rate_id_and_unrounded_value_are_recorded() -> None:
    decision = recorded(amount="9090.91", currency="EUR")
    assert decision["amount"] == "10000.001 USD"
    assert decision["rates"] == ["corporate EUR/USD 1.1 of 2027-03-15 [EURUSD-2027-03-15]"]
    assert ("limit of mia: 10000.001 <= 10000.00", False) in comparisons(decision)


def test_scenario_3_the_rate_of_the_last_business_day_is_named() -> None:
    decision = recorded("2027-03-14T12:00:00-04:00", amount="9090.91", currency="EUR")
    assert decision["rates"] == ["corporate EUR/USD 1.095 of 2027-03-12 [EURUSD-2027-03-12]"]


def test_scenario_3_a_rate_too_old_holds_and_routes_nobody() -> None:
    decision = recorded("2027-03-23T12:00:00-04:00", amount="100.00", currency="EUR")
    assert decision["held"]["code"] == "fx_rate_stale"
    assert decision["steps"] == []


YEN: Final = {"entity": "JP01", "requester": "ren", "cost_center": "jp100", "currency": "JPY"}
DINARS: Final = {"entity": "KW01", "requester": "karim", "cost_center": "kw100", "currency": "KWD"}


def assert_invalid_minor_unit(found: Judged) -> None:
    assert [(error.code, error.field) for error in found.errors] == [
        ("invalid_minor_unit", "amount")
    ]
    assert (found.document, found.decision) == (None, None)


def test_scenario_4_a_fraction_of_a_yen_is_an_input_error_and_no_decision() -> None:
    assert_invalid_minor_unit(judged(amount="1000000.50", **YEN))


def test_scenario_5_a_tenth_of_a_fils_is_an_input_error_and_no_decision() -> None:
    assert_invalid_minor_unit(judged(amount="3000.0005", **DINARS))


# --- delegation and people ------------------------------------------------------------------------

DELEGATIONS: Final = """\
id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at
D-1,mia,noah,2027-07-01,2027-07-15,,,,,,
D-2,noah,mia,2027-07-01,2027-07-15,,,,,,
"""
ABSENCES: Final = "person,from,to\nmia,2027-07-01,2027-07-15\nnoah,2027-07-01,2027-07-15\n"
ACTING: Final = "position,by,from,to\ndan,sam,2027-06-01,2027-06-30\n"


def test_scenario_14_the_loop_is_reported_and_resolution_ends(tmp_path: Path) -> None:
    data = changed(tmp_path, delegations=DELEGATIONS, absences=ABSENCES)
    decision = recorded("2027-07-05T10:00:00-04:00", data, amount="5000.00", currency="USD")
    passed = [(one["person"], one["code"]) for one in decision["passed_over"]]
    assert ("mia", "delegation_loop") in passed
    assert len(passed) <= 10
    [first, *_] = decision["steps"]
    assert [one["person"] for one in first["parts"][0]["assignees"]] == ["dan"]


def test_scenario_19_the_climb_over_a_vacant_position_is_noted(tmp_path: Path) -> None:
    people = (ACME / "data" / "people.csv").read_text(encoding="utf-8")
    left = people.replace("@acme.example,2012-06-04,,", "@acme.example,2012-06-04,2027-05-31,")
    assert left != people
    data = changed(tmp_path, people=left, acting=ACTING)
    asked = {}
    for day in ("2027-06-30", "2027-07-01"):
        decision = recorded(f"{day}T12:00:00-04:00", data, amount="20000.00", currency="USD")
        [part] = decision["steps"][-1]["parts"]
        [assignee] = part["assignees"]
        asked[day] = (assignee["person"], assignee["via"], part["notes"])
    assert asked == {
        "2027-06-30": ("sam", "acting", []),
        "2027-07-01": ("vera", "holder", ["vacant_climb"]),
    }


def lint(folder: Path) -> Result:
    arguments = ["lint", str(folder), "--data", str(ACME / "data"), "--at", AT]
    return CliRunner().invoke(app, arguments)


def test_scenario_21_a_set_without_a_fallback_fails_its_check(tmp_path: Path) -> None:
    assert lint(ACME).exit_code == 0
    folder = tmp_path / "acme"
    shutil.copytree(ACME, folder, ignore=shutil.ignore_patterns("data", "tests"))
    shutil.copy(HERE / "sets" / "no_fallback" / "handling.yaml", folder / "handling.yaml")
    result = lint(folder)
    assert result.exit_code == 1
    assert (
        "approvals/us.yaml:9:5: error[no-fallback]: a document of `eve` finds nobody who may "
        "approve it (no_eligible_approver)"
    ) in result.stdout
    assert (
        "  witness: entity: US01, requester: eve, document.type: credit_note, cost_center: cc100, "
        "amount 10000.01 USD"
    ) in result.stdout


def of_three_distinct(folder: Path, *names: str) -> list[str]:
    """What lint says of the Kuwaiti rows where these vice presidents are there."""
    target = folder / "acme"
    shutil.copytree(ACME, target, ignore=shutil.ignore_patterns("tests"))
    rows = HERE / "sets" / "three_distinct" / "approvals" / "kw.yaml"
    shutil.copy(rows, target / "approvals" / "kw.yaml")
    with (target / "data" / "people.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{id},{id},KW01,carl,vp,management,,2010-01-01,,,,\n" for id in names)
    arguments = ["lint", str(target), "--data", str(target / "data"), "--at", AT]
    lines = CliRunner().invoke(app, arguments).stdout.splitlines()
    starts = [n for n, line in enumerate(lines) if line.startswith("approvals/kw.yaml")]
    return [line for start in starts for line in lines[start : start + 3]]


def test_scenario_26_a_change_that_two_people_cannot_satisfy_fails_with_the_fix(
    tmp_path: Path,
) -> None:
    assert of_three_distinct(tmp_path, "fahad", "laila") == [
        "approvals/kw.yaml:13:14: error[unapprovable]: nobody can approve documents of row "
        "`three of the top` in KW01, amounts above 75000.000 KWD: it needs 3 different "
        "persons (no_eligible_approver)",
        "  help: smallest fix: one more person of level `vp` or higher for KW01 in people.csv",
        "  witness: entity: KW01, requester: karim, document.type: credit_note, "
        "cost_center: kw100, amount 75000.001 KWD",
    ]


def test_scenario_26_with_exactly_three_any_single_absence_blocks(tmp_path: Path) -> None:
    found = of_three_distinct(tmp_path, "fahad", "laila", "omar")
    assert (
        "approvals/kw.yaml:13:14: warning[single-absence]: any single absence of `fahad`, `laila`, "
        "`omar` blocks row `three of the top` in KW01"
    ) in found
    assert not any("[unapprovable]" in line for line in found)


def test_scenario_26_with_a_fourth_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert of_three_distinct(tmp_path, "fahad", "laila", "omar", "salma") == []


def test_scenario_22_the_second_login_is_refused_as_the_same_person() -> None:
    now = datetime.fromisoformat(AT)
    answer = judged(requester="rita.us", amount="5000.00", currency="USD").decision
    assert answer is not None

    def decide_at(_: datetime) -> Decision:
        return answer

    reached = progress(decide_at, acme()[1].data, "rita.us", (Act("rsmith.ext", now),), now)
    assert [refusal.code for refusal in reached.refusals] == ["same_person"]
    assert reached.outcome == "waiting"


def test_scenario_23_the_related_party_is_named_with_the_refusal() -> None:
    decision = recorded(supplier="S-9", amount="100.00", currency="USD")
    assert decision["refused"]["code"] == "related_party_match"
    assert decision["refused"]["words"]["person"] == "rita"
    assert decision["steps"] == []


def test_scenario_23_who_declared_an_interest_is_passed_over_at_any_amount() -> None:
    for amount in ("0.01", "9000.00", "900000.00"):
        stated = {"supplier": "S-44", "cost_center": "cc200", "amount": amount, "currency": "USD"}
        decision = recorded(**stated)
        passed = {one["code"] for one in decision["passed_over"] if one["person"] == "noah"}
        assert passed == {"declared_interest"}, amount


# --- lines ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("center", "amount", "reasons"),
    [("de100", "7900.00 EUR", []), ("de900", "9401.00 EUR", [{"line": "1", "recovered": "0"}])],
)
def test_scenario_28_tax_that_is_not_recovered_is_a_recorded_reason(
    center: str, amount: str, reasons: list[object]
) -> None:
    decision = recorded(
        type="invoice",
        entity="DE01",
        requester="uwe",
        cost_center=center,
        supplier="S-2",
        currency="EUR",
        lines=[{"net": "7900.00", "tax": "1501.00"}],
    )
    assert decision["amount"] == amount
    found = [one["words"] for one in decision["reasons"] if one["code"] == "tax_not_recovered"]
    assert found == reasons


# --- closing on errors ----------------------------------------------------------------------------


def test_scenario_34_a_text_or_an_overflow_on_intake_is_no_document() -> None:
    for amount in ("ten", "99999999999999999999.00"):
        found = judged(amount=amount, currency="USD")
        assert [error.field for error in found.errors] == ["amount"]
        assert found.decision is None
