"""Reports that are accepted: by whom, until when, and what follows when that day has passed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from rules.diagnostics import Diagnostics
from rules.loading import load_set

ORGANIZATION = """kind: organization
entities:
  US01: {country: US, currency: USD, zone: America/New_York}
levels: [manager]
roles: {cfo: {seats: 1}}
"""
MATRIX = """kind: approvals
name: m
documents: [invoice]
amount: document.net
currency: USD
rows:
"""
GAP = "  - {up_to: 10.00, approve: cfo}\n  - {from: 11.00, approve: cfo}\n"
TWICE = "  - {approve: [cfo, cfo]}\n"
LAST = date(2027, 3, 31)


def files(entry: str, rows: str = GAP, owner: str = "") -> Mapping[str, bytes]:
    everywhere = f"for_all_files: {{owner: {owner}}}\n" if owner else ""
    head = f"kind: set\nname: x\nlanguage: 1\ncredits: absolute\nin_flight: pin\n{everywhere}"
    accepted = f"accepted:\n  - {{{entry}}}\n" if entry else ""
    texts = {"policy": head + accepted, "organization": ORGANIZATION, "m": MATRIX + rows}
    return {f"{name}.yaml": text.encode() for name, text in texts.items()}


def loaded(entry: str, on: date | None = None, **more: str) -> tuple[bool, list[str]]:
    found = Diagnostics()
    policy = load_set(files(entry, **more), found, on)
    return policy is not None, [f"{report.severity} {report.code}" for report in found]


ENTRY = "code: gap, because: printed so, owner: cfo, until: 2027-03-31"


def test_the_last_day_is_included_and_the_next_one_is_not() -> None:
    assert loaded(ENTRY, LAST) == (True, ["note gap", "note waiver-ends-soon"])
    assert loaded(ENTRY, date(2027, 4, 1)) == (False, ["error gap", "warning waiver-expired"])


def test_for_thirty_days_a_note_says_that_it_ends() -> None:
    assert loaded(ENTRY, date(2027, 3, 1)) == (True, ["note gap", "note waiver-ends-soon"])
    assert loaded(ENTRY, date(2027, 2, 28)) == (True, ["note gap"])


def test_without_a_day_nothing_ends_and_the_digest_is_the_same() -> None:
    assert loaded(ENTRY) == (True, ["note gap"])
    sets = [load_set(files(ENTRY), Diagnostics(), on) for on in (None, date(2027, 1, 1))]
    assert sets[0] == sets[1] is not None


def test_the_note_says_who_accepts_it_until_when_and_why() -> None:
    found = Diagnostics()
    load_set(files(ENTRY), found, date(2027, 1, 1))
    (note,) = found
    assert note.message.endswith("(accepted by `cfo` until 2027-03-31: printed so)")


def test_the_report_of_the_end_names_the_entry() -> None:
    found = Diagnostics()
    load_set(files(ENTRY), found, date(2027, 4, 1))
    (report,) = [report for report in found if report.code == "waiver-expired"]
    assert str(report) == (
        "policy.yaml:7:5: warning[waiver-expired]: `gap` is accepted by `cfo` until 2027-03-31, "
        "and it is 2027-04-01: what it was accepted for is reported again\n"
        "  help: mend what `gap` reports, or let somebody accept it again: write a later `until`"
    )


@pytest.mark.parametrize(
    ("on", "when"), [(31, "today"), (30, "tomorrow"), (29, "in 2 days"), (1, "in 30 days")]
)
def test_how_soon_it_ends(on: int, when: str) -> None:
    found = Diagnostics()
    load_set(files(ENTRY), found, date(2027, 3, on))
    (note,) = [report for report in found if report.code == "waiver-ends-soon"]
    assert note.message == f"`gap` is accepted by `cfo` until 2027-03-31, which is {when}"


def test_the_owner_is_that_of_the_set_where_the_entry_has_none() -> None:
    entry = "code: gap, because: printed so"
    assert loaded(entry, owner="cfo") == (True, ["note gap"])
    assert loaded(entry) == (True, ["note gap", "warning waiver-without-owner"])


def test_a_warning_can_be_accepted_and_comes_back() -> None:
    entry = "code: asked-once, because: printed so, owner: cfo, until: 2027-03-31"
    assert loaded(entry, date(2027, 1, 1), rows=TWICE) == (True, ["note asked-once"])
    assert loaded("", rows=TWICE) == (True, ["warning asked-once"])
    assert loaded(entry, date(2028, 1, 1), rows=TWICE) == (
        True,
        ["warning asked-once", "warning waiver-expired"],
    )


def test_an_entry_that_ended_and_meets_nothing_is_to_be_taken_out() -> None:
    whole = "  - {approve: cfo}\n"
    assert loaded(ENTRY, date(2028, 1, 1), rows=whole) == (True, ["warning accepted-nothing"])


def test_an_entry_in_force_comes_before_one_that_ended() -> None:
    both = ENTRY + "}\n  - {code: gap, because: again, owner: cfo, until: 2028-12-31"
    assert loaded(both, date(2027, 6, 1)) == (True, ["note gap", "warning accepted-nothing"])


def test_errors_that_would_decide_wrongly_cannot_be_accepted() -> None:
    found = Diagnostics()
    load_set(files("code: guarantee-broken, because: no, owner: cfo"), found)
    assert "not-one-of" in {report.code for report in found}


def test_a_day_that_is_none_is_an_error() -> None:
    assert loaded("code: gap, because: no, owner: cfo, until: soon")[0] is False
