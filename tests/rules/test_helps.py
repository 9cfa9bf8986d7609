"""What to write instead, for what people of finance write first."""

import pytest

from rules.diagnostics import Diagnostics
from rules.loading import load_set

SET = "kind: set\nname: x\nlanguage: 1\nin_flight: pin\ncredits: absolute\n"
ORGANIZATION = """kind: organization
entities:
  US01: {country: US, currency: USD, zone: America/New_York}
roles:
  head_of_office: {seats: 1}
  chief_procurement_officer: {seats: 1}
limits:
  - {who: head_of_office, up_to: 200_000.00 USD}
"""
MATRIX = """kind: approvals
name: m
documents: [purchase_order]
amount: document.net
currency: USD
rows:
  - {approve: head_of_office}
"""
BOTH = "[head_of_office, chief_procurement_officer]"
STEPS = (
    f"  help: write `approve: {BOTH}` for one step after the other, "
    f"or `approve: {{all: {BOTH}}}` for one step of all"
)


def reports(before: str = "", after: str = "", more: str = "") -> list[str]:
    found = Diagnostics()
    texts = {"policy": SET + more, "organization": ORGANIZATION, "m": MATRIX}
    files = {f"{name}.yaml": text.replace(before, after) for name, text in texts.items()}
    load_set({name: text.encode() for name, text in files.items()}, found)
    return [line for report in found for line in str(report).splitlines()]


@pytest.mark.parametrize(
    ("written", "more", "currency"),
    [
        ("200_000.00", "", "USD"),
        ("200_000.00", "for_all_files: {currency: EUR}\n", "EUR"),
        ("$200_000.00", "", "USD"),
        ('"200.000,00 USD"', "", "USD"),
    ],
)
def test_a_limit_without_currency_is_helped_with_the_one_of_the_set(
    written: str, more: str, currency: str
) -> None:
    lines = reports("up_to: 200_000.00 USD", f"up_to: {written}", more)
    assert lines[0].startswith("organization.yaml:8:34: error[")
    assert lines[1] == f"  help: write `200_000.00 {currency}`"


def test_an_amount_that_braces_cut_at_its_comma_is_put_together() -> None:
    (line, help) = reports("up_to: 200_000.00 USD", "up_to: 200.000,00 USD")
    assert line.endswith("expected an amount without commas, found `200.000,00 USD`")
    assert help == "  help: group digits with underscores: `up_to: 200_000.00 USD`"
    bare = reports("approve: head", "up_to: 200.000,00, approve: head")
    assert bare[1] == "  help: group digits with underscores: `up_to: 200_000.00`"


def test_with_two_currencies_none_is_guessed() -> None:
    second = "roles:\n  head_of"
    other = "  DE01: {country: DE, currency: EUR, zone: Europe/Berlin}\n"
    found = Diagnostics()
    text = ORGANIZATION.replace(second, other + second).replace("00 USD", "00")
    files = {"policy.yaml": SET, "organization.yaml": text, "m.yaml": MATRIX}
    load_set({name: text.encode() for name, text in files.items()}, found)
    (report,) = [one for one in found if one.code == "no-currency"]
    assert report.help == "write the currency after it, by its three letters"


def test_a_role_declared_misspelt_is_reported_where_it_is_declared_only() -> None:
    assert reports("  head_of_office:", "  head-of-office:") == [
        "organization.yaml:5:3: error[not-a-name]: expected a name, found `head-of-office`",
        "  help: write `head_of_office`",
    ]


def test_a_misspelt_declaration_is_never_suggested() -> None:
    found = Diagnostics()
    texts = {
        "policy.yaml": SET,
        "organization.yaml": ORGANIZATION.replace("  head_of_office:", "  head-of-office:"),
        "m.yaml": MATRIX.replace("approve: head_of_office", "approve: head_of_ofice"),
    }
    load_set({name: text.encode() for name, text in texts.items()}, found)
    (report,) = [one for one in found if one.code == "unknown-role"]
    assert report.help == "declare it under `roles` in a file of `kind: organization`"


def test_several_approvers_in_one_text_are_a_list() -> None:
    names = "head_of_office, chief_procurement_officer"
    row = "  - {approve: head_of_office}"
    flow = reports(row, f"  - {{approve: {names}}}")
    assert flow[0].startswith("m.yaml:7:31: error[unknown-key]")
    assert flow[1] == STEPS
    block = reports(row, f"  - approve: {names}")
    assert block == [
        f"m.yaml:7:14: error[unknown-role]: expected one approver word, found `{names}`",
        STEPS,
    ]
    for word in ("and", "&", "und"):
        text = f"head_of_office {word} chief_procurement_officer"
        assert reports(row, f"  - approve: {text}")[1] == STEPS


def test_a_text_with_a_comma_is_still_to_be_quoted() -> None:
    lines = reports("  - {approve: head_of_office}", "  - {hold: wait, ask}")
    assert '  help: quote a text that contains a comma: `hold: "wait, ask"`' in lines


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("when: {strange: yes}", "declare it under `facts` in a file of `kind: vocabulary`"),
        ("up_to: 0.1 of contract.original", "write `10% of contract.original`"),
        ("up_to: .125 of contract.original", "write `12.5% of contract.original`"),
        ("up_to: 10%", "say of what: `10% of contract.original`, for one"),
    ],
)
def test_what_to_write_in_a_row(written: str, help: str) -> None:
    lines = reports("  - {approve:", f"  - {{{written}, approve:")
    assert f"  help: {help}" in lines


def test_a_role_that_is_like_no_other_is_to_be_declared() -> None:
    assert reports("approve: head_of_office", "approve: treasurer") == [
        "m.yaml:7:15: error[unknown-role]: no role named `treasurer`",
        "  help: declare it under `roles` in a file of `kind: organization`",
    ]
