"""Policy tests: what they may say, what they compare, and what makes one fail (C2)."""

import pytest

from adapters.master_data import Effect, build
from engine.policy import PolicySet
from rules.compiling.compiler import compile_set
from rules.diagnostics import Diagnostics
from rules.testing import Built, Result, Sources, run_tests

SET = """
kind: set
language: 1
name: test
credits: absolute
in_flight: pin
fx: {rate: corporate, on: submission, fallback: none, inverse: refuse}
"""
ORGANIZATION = """
kind: organization
entities:
  US01: {country: US, region: americas, currency: USD, zone: America/New_York}
levels: [manager, director]
roles:
  controller: {seats: 1}
  treasurer: {seats: 1}
  buyer: {}
  legal: {}
  member: {}
  board: {body: {of: member, present: 2, in_favour: {above: 50%}}}
  council: {body: {recorded_by: legal}}
limits:
  - {who: manager, up_to: 1_000.00 USD}
  - {who: director, up_to: 50_000.00 USD}
"""
VOCABULARY = """
kind: vocabulary
documents: [engagement, settlement]
facts:
  quote: {is: paper}
  in_plan: {is: yes_no}
  expected: {is: money}
  answer: {is: yes_no, from: erp}
  case: {is: text}
  case_total: {is: money, total_of: document.net, same: [case], in: 30 days, counts: [approved]}
"""
ORDERS = """
kind: approvals
name: orders
documents: [purchase_order]
currency: USD
amount: commitment.net
rows:
  - {name: small, up_to: 10.00, approve: not_needed}
  - above: 10.00
    up_to: 1_000.00
    approve: [{any: [controller, treasurer]}, {who: buyer, as: signs}]
    require: {quote: present}
  - above: 1_000.00
    up_to: 50_000.00
    approve: [cost_center_owner, {chain: supervisors, until: authority_covers}, {notify: legal}]
  - {above: 50_000.00, up_to: 90_000.00, approve: [board, {consult: legal}]}
  - {above: 90_000.00, up_to: 95_000.00, approve: {all: [controller, treasurer]}}
  - {above: 95_000.00, up_to: 99_000.00, approve: {at_least: 2, of: member}}
  - {above: 99_000.00, refuse: too much, code: too_much}
"""
ENGAGEMENTS = """
kind: approvals
name: engagements
documents: [engagement]
currency: USD
amount: case_total
rows:
  - {up_to: 100.00, approve: controller}
  - {above: 100.00, approve: treasurer}
"""
SETTLEMENTS = """
kind: approvals
name: settlements
documents: [settlement]
currency: USD
amount: none
rows:
  - {when: {answer: yes}, approve: controller}
  - {when: {answer: no, in_plan: yes}, approve: treasurer}
  - {when: {answer: no, in_plan: no, expected: {up_to: 5.00}}, hold: by hand}
  - when: {answer: no, in_plan: no, expected: {above: 5.00}, now: {below: 2027-06-01}}
    approve: legal
  - when: {answer: no, in_plan: no, expected: {above: 5.00}, now: {from: 2027-06-01}}
    approve: buyer
"""
FILES = {
    "policy.yaml": SET,
    "organization.yaml": ORGANIZATION,
    "vocabulary.yaml": VOCABULARY,
    "approvals/orders.yaml": ORDERS,
    "approvals/engagements.yaml": ENGAGEMENTS,
    "approvals/settlements.yaml": SETTLEMENTS,
}
FOLDER = {
    "people": [
        {"id": "rita", "name": "Rita", "entity": "US01", "manager": "mia", "level": ""},
        {"id": "mia", "name": "Mia", "entity": "US01", "manager": "dan", "level": "manager"},
        {"id": "dan", "name": "Dan", "entity": "US01", "manager": "", "level": "director"},
    ],
    "roles": [{"role": "controller", "person": "mia"}, {"role": "legal", "person": "dan"}],
    "cost_centers": [{"id": "cc1", "entity": "US01", "owner": "mia"}],
}
HEAD = "kind: tests\non: 2027-03-15\ntests:\n"


@pytest.fixture(scope="module")
def policy() -> PolicySet:
    diagnostics = Diagnostics()
    compiled = compile_set({n: text.encode() for n, text in FILES.items()}, diagnostics)
    assert compiled is not None, diagnostics.render()
    return compiled


class Runner:
    """Runs the text of a test file against the set."""

    def __init__(self, policy: PolicySet) -> None:
        self.policy = policy
        self.diagnostics = Diagnostics()

    def __call__(self, text: str) -> list[Result]:
        def built(tables):  # type: ignore[no-untyped-def]
            load = build(tables, self.policy.organization, self.policy.facts)
            left_out = (str(bad) for bad in load.quarantined if bad.effect is not Effect.KEPT)
            return Built(load.data, tuple(left_out))

        sources = Sources(lambda path: FOLDER if path == "tests/data" else None, built)
        files = {"tests/some.yaml": text.encode()}
        return list(run_tests(self.policy, files, sources, self.diagnostics))

    def one(self, body: str) -> Result:
        """The result of one test, written as the items of a block."""
        [result] = self(f"{HEAD}  - name: t\n{_indented(body)}")
        return result

    def passes(self, body: str) -> None:
        result = self.one(body)
        assert result.passed, str(result)

    def fails(self, body: str) -> dict[str, str]:
        """What came out instead, by what was compared."""
        result = self.one(body)
        assert not result.passed
        assert not result.problems, result.problems
        return {each.what: each.got for each in result.compared if not each.ok}

    def problems(self, text: str) -> list[str]:
        """Code and place of everything wrong with a file."""
        self(text)
        return [
            f"{found.code} {found.place.line}:{found.place.column}" for found in self.diagnostics
        ]


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.strip().splitlines())


@pytest.fixture
def run(policy: PolicySet) -> Runner:
    return Runner(policy)


def order(amount: str, expect: str, more: str = "") -> str:
    extra = f", {more}" if more else ""
    return f"document: {{type: purchase_order, amount: {amount} USD{extra}}}\nexpect: {{{expect}}}"


def test_a_test_that_comes_out_as_expected_passes(run: Runner) -> None:
    run.passes(order("10.00", "outcome: straight_through"))


def test_a_failure_shows_expected_and_got_the_place_and_the_reasons(run: Runner) -> None:
    assert str(run.one(order("10.01", "outcome: held, code: no_row"))) == (
        "FAILED  t\n"
        "        tests/some.yaml:4:5\n"
        "        outcome: expected held\n"
        "                      got route\n"
        "        code: expected no_row\n"
        "                   got nothing\n"
        "          because approvals/orders.yaml:9:5: row_matched (matrix orders)\n"
        "          because approvals/orders.yaml:12:15: requirement_missing quote: present"
    )


def test_a_total_that_is_not_known_is_a_reason_only_where_the_document_is_held(run: Runner) -> None:
    lacking = "because the total case_total is not known: fact_missing case"
    engagement = "document: {type: engagement, amount: 5.00 USD}\nexpect: {outcome: route}"
    assert lacking in str(run.one(engagement))
    assert lacking not in str(run.one(order("10.01", "outcome: held")))


def test_alternatives_are_expected_as_alternatives(run: Runner) -> None:
    wanted = "approve: [{any: [controller, treasurer]}, buyer], exactly: yes"
    run.passes(order("10.01", f"outcome: route, {wanted}"))
    assert "approve" in run.fails(order("10.01", "outcome: route, approve: [controller]"))
    got = run.fails(order("10.01", "outcome: route, approve: [{all: [controller, treasurer]}]"))
    assert got["approve"] == "any of [controller, treasurer], buyer"
    few = "outcome: route, approve: [{any: [controller, treasurer, legal]}]"
    assert "approve" in run.fails(order("10.01", few))


def test_exactly_means_nobody_else(run: Runner) -> None:
    assert "approve" in run.fails(order("10.01", "outcome: route, approve: [buyer], exactly: yes"))
    run.passes(order("10.01", "outcome: route, approve: [buyer]"))


def test_steps_are_expected_in_their_order(run: Runner) -> None:
    run.passes(order("10.01", "outcome: route, steps: [[{any: [controller, treasurer]}], [buyer]]"))
    wrong = "outcome: route, steps: [[buyer], [{any: [controller, treasurer]}]]"
    assert "steps" in run.fails(order("10.01", wrong))


def test_all_and_so_many_of_a_role(run: Runner) -> None:
    run.passes(order("92_000.00", "outcome: route, approve: [controller, treasurer], exactly: yes"))
    both = "outcome: route, approve: [{all: [controller, treasurer]}], exactly: yes"
    run.passes(order("92_000.00", both))
    two = "outcome: route, approve: [{at_least: 2, of: member}], exactly: yes"
    run.passes(order("96_000.00", two))


def test_words_for_the_record_consultations_and_notices(run: Runner) -> None:
    run.passes(order("10.01", "outcome: route, as: {buyer: signs}"))
    assert run.fails(order("10.01", "outcome: route, as: {buyer: verifies}")) == {
        "as": "buyer signs"
    }
    run.passes(order("60_000.00", "outcome: route, approve: [board], consult: [legal]"))
    run.passes(order("2_000.00", "outcome: route, notify: legal"))
    assert "notify" in run.fails(order("60_000.00", "outcome: route, notify: [legal]"))


def test_people_of_a_role_and_their_places_are_the_same_thing(run: Runner) -> None:
    run.passes(order("2_000.00", "outcome: route, approve: [cost_center_owner, director]"))
    run.passes(order("2_000.00", "outcome: route, approve: [chain], not_asked: [manager, buyer]"))
    got = run.fails(order("2_000.00", "outcome: route, not_asked: [director]"))
    assert got == {"not_asked": "director"}


def test_refusals_findings_and_amounts(run: Runner) -> None:
    run.passes(order("99_000.01", "outcome: refused, code: too_much, amount: 99_000.01"))
    run.passes(order("99_000.01", "outcome: refused, amount: 99_000.01 USD"))
    assert run.fails(order("99_000.01", "outcome: refused, amount: 5.00")) == {
        "amount": "99000.01 USD"
    }
    run.passes(order("20.00", "outcome: route, findings: [quote]"))
    run.passes(order("20.00", "outcome: route, findings: requirement_missing"))
    assert run.fails(order("20.00", "outcome: route, findings: [quote]", "quote: present")) == {
        "findings": "nothing"
    }


def test_acts_are_replayed_in_order(run: Runner) -> None:
    acts = "acts: [{by: controller}, {by: buyer}]\n"
    run.passes(acts + order("20.00", "outcome: approved", "quote: present"))
    run.passes(acts + order("20.00", "outcome: waiting, missing: [quote]"))
    early = "acts: [{by: buyer}]\n" + order(
        "20.00", "outcome: waiting, act_refused: step_not_current", "quote: present"
    )
    run.passes(early)
    run.passes(
        "acts: [{by: legal}]\n"
        + order("20.00", "outcome: waiting, act_refused: legal, missing: [buyer]")
    )
    run.passes("acts: [{by: controller, act: reject}]\n" + order("20.00", "outcome: rejected"))


def test_open_places_may_be_expected_as_alternatives(run: Runner) -> None:
    waiting = "outcome: waiting, missing: [{any: [controller, treasurer]}, buyer]"
    run.passes("acts: [{by: legal}]\n" + order("20.00", waiting))


def test_one_person_in_two_posts_fills_one_place(run: Runner) -> None:
    acts = "acts: [{by: buyer, holds: [controller, treasurer]}]\n"
    run.passes(acts + order("92_000.00", "outcome: waiting, missing: [treasurer]"))


def test_a_body_votes(run: Runner) -> None:
    votes = "acts: [{by: member_1, act: vote_for, body: board}, {by: legal, act: answer}"
    run.passes(f"{votes}]\n" + order("60_000.00", "outcome: waiting, missing: [board]"))
    run.passes(
        f"{votes}, {{by: member_2, act: vote_for}}, {{by: legal, act: answer}}]\n"
        + order("60_000.00", "outcome: approved")
    )


def test_a_folder_of_data_is_taken_as_it_is(run: Runner) -> None:
    given = "given: {data: data}\n"
    document = "requester: rita, cost_center: cc1"
    run.passes(
        given + order("2_000.00", "outcome: route, approve: [mia, dan], exactly: yes", document)
    )
    run.passes(
        given
        + order(
            "92_000.00", "outcome: held, code: no_eligible_approver, missing: []", document
        ).replace(", missing: []", "")
    )


def test_people_stated_beside_a_folder_change_it(run: Runner) -> None:
    document = "requester: rita, cost_center: cc1"
    absent = "given: {data: data, people: {mia: {absent: yes}}}\n"
    run.passes(absent + order("2_000.00", "outcome: route, not_asked: [mia]", document))
    later = "given: {data: data, people: {mia: {absent: [2027-04-01, 2027-04-05]}}}\n"
    run.passes(later + order("2_000.00", "outcome: route, approve: [mia]", document))
    more = "given: {data: data, people: {tom: {holds: treasurer, manager: dan}}}\n"
    run.passes(
        more + order("92_000.00", "outcome: route, approve: [mia, tom], exactly: yes", document)
    )
    vacant = "given: {data: data, vacant: [controller], people: {tom: {holds: treasurer}}}\n"
    run.passes(vacant + order("92_000.00", "outcome: held, code: no_eligible_approver", document))


def test_rates_and_other_currencies(run: Runner) -> None:
    rates = "given: {rates: [{base: EUR, quote: USD, day: 2027-03-15, rate: 1.1}]}\n"
    body = rates + order("9.10", "outcome: route, amount: 10.01").replace("USD}", "EUR}")
    run.passes(body)
    run.passes(order("9.10", "outcome: held, code: fx_rate_missing").replace("USD}", "EUR}"))


def test_earlier_documents_feed_totals(run: Runner) -> None:
    document = "document: {type: engagement, case: C-1, amount: 60.00 USD}\n"
    alone = document + "expect: {outcome: route, approve: [controller], amount: 60.00}"
    run.passes(alone)
    before = "{type: engagement, case: C-1, amount: 40.01 USD"
    more = document + "expect: {outcome: route, approve: [treasurer], amount: 100.01}"
    run.passes(f"earlier: [{before}}}]\n{more}")
    run.passes(f"earlier: [{before}, at: 2027-02-14}}]\n{more}")
    for not_counted in (
        f"{before}, at: 2027-02-13}}",
        f"{before}, outcome: pending}}",
        f"{before}, outcome: rejected}}",
        before.replace("C-1", "C-2") + "}",
    ):
        run.passes(f"earlier: [{not_counted}]\n{alone}")


def test_facts_from_outside_are_given(run: Runner) -> None:
    document = "document: {type: settlement}\n"
    run.passes(
        f"{document}facts: {{answer: yes}}\nexpect: {{outcome: route, approve: [controller]}}"
    )
    run.passes(f"{document}expect: {{outcome: held, code: fact_missing, missing: [answer]}}")
    assert run.problems(
        f"{HEAD}  - name: t\n"
        + _indented(f"{document}facts: {{anser: yes, case: [1]}}\nexpect: {{outcome: held}}")
    ) == ["unknown-fact 6:13", "expected-text 6:31"]


def test_money_without_a_currency_is_in_that_of_the_document(run: Runner) -> None:
    body = "document: {type: settlement, in_plan: no, expected: 5.00}\nfacts: {answer: no}\n"
    run.passes(body + "expect: {outcome: held, code: held_by_policy}")


def test_a_test_that_depends_on_time_and_states_none_fails(run: Runner) -> None:
    text = """kind: tests
tests:
  - name: does not depend on time
    document: {type: purchase_order, amount: 5.00 USD}
    expect: {outcome: straight_through}
  - name: depends on it
    document: {type: settlement, in_plan: no, expected: 5.01}
    facts: {answer: no}
    expect: {outcome: route}
  - name: the act has a day
    document: {type: settlement}
    facts: {answer: yes}
    acts: [{by: controller, at: 2027-01-01}]
    expect: {outcome: approved}
"""
    first, second, third = run(text)
    assert first.passed
    for failed in (second, third):
        assert len(failed.problems) == 1
        assert "states `on`" in failed.problems[0]
    assert {found.code for found in run.diagnostics} == {"no-time"}


@pytest.mark.parametrize(("on", "role"), [("2027-05-31", "legal"), ("2027-06-01", "buyer")])
def test_a_test_states_its_own_moment(run: Runner, on: str, role: str) -> None:
    run.passes(
        f"on: {on}\ndocument: {{type: settlement, in_plan: no, expected: 5.01}}\n"
        f"facts: {{answer: no}}\nexpect: {{outcome: route, approve: [{role}]}}"
    )


def test_defaults_are_stated_by_every_document(run: Runner) -> None:
    [result] = run(
        """kind: tests
defaults: {type: purchase_order, quote: present}
tests:
  - name: t
    document: {amount: 20.00 USD}
    acts: [{by: treasurer}, {by: buyer}]
    expect: {outcome: approved}
"""
    )
    assert result.passed, str(result)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("documen: {type: purchase_order}", "unknown-key"),
        ("expect: {outcom: held}", "unknown-key"),
        ("expect: {code: no_row}", "no-outcome"),
        ("expect: {outcome: hold}", "not-one-of"),
        ("expect: {outcome: held, aproved: [controller]}", "unknown-key"),
        ("expect: {outcome: route, not_asked: [controler]}", "unknown-person"),
        ("acts: [{by: nobody}]", "unknown-person"),
        ("acts: [{by: buyer, holds: [controler]}]", "unknown-role"),
        ("acts: [{by: buyer, act: agree}]", "not-one-of"),
        ("acts: [{for: buyer}]", "missing-key"),
        ("on: yesterday", "not-a-date"),
        ("given: {poeple: {}}", "unknown-key"),
        ("given: {people: {tom: {hold: buyer}}}", "unknown-key"),
        ("given: {people: {tom: {holds: boss}}}", "unknown-role"),
        ("given: {people: {tom: {holds: board}}}", "unknown-role"),
        ("given: {people: [tom]}", "expected-mapping"),
        ("given: {people: {tom: {entity: MARS}}}", "bad-data"),
        ("given: {vacant: [boss]}", "unknown-role"),
        ("given: {delegations: {from: a}}", "expected-list"),
        ("given: {delegations: [{from: tom, to: tim}]}", "bad-data"),
        ("given: {data: nowhere}", "bad-data"),
        ("earlier: [{type: purchase_order, amount: x}]", "bad-document"),
        ("earlier: [{type: purchase_order, amount: 5.00 USD, outcome: maybe}]", "not-one-of"),
    ],
)
def test_whatever_is_wrong_with_a_test_is_an_error_with_its_place(
    run: Runner, line: str, problem: str
) -> None:
    key = line.partition(":")[0]
    body = ["document: {type: purchase_order, amount: 5.00 USD}", "expect: {outcome: route}"]
    kept = [each for each in body if not each.startswith(key)]
    run(f"{HEAD}  - name: t\n" + _indented("\n".join([line, *kept])))
    found = list(run.diagnostics)
    assert problem in {each.code for each in found}
    assert all(each.place.line >= 4 for each in found)


def test_a_document_that_is_not_accepted_is_reported_at_its_key(run: Runner) -> None:
    text = f"{HEAD}  - name: t\n" + _indented(
        "document:\n  type: purchase_order\n  amount: 1.001 USD\n  cost_centre: cc1\n"
        "expect: {outcome: route}"
    )
    assert run.problems(text) == ["bad-document 7:7", "bad-document 8:7"]


def test_two_tests_of_one_name_are_an_error(run: Runner) -> None:
    test = "  - name: t\n" + _indented(order("5.00", "outcome: straight_through"))
    assert run.problems(f"{HEAD}{test}{test}") == ["twice 7:5"]


def test_other_files_and_files_that_cannot_be_read_are_left_to_the_compiler(run: Runner) -> None:
    files = {"broken.yaml": b"{", "approvals/orders.yaml": ORDERS.encode()}
    sources = Sources(lambda path: None, lambda tables: Built(None))
    assert run_tests(run.policy, files, sources, run.diagnostics) == ()
    assert len(run.diagnostics) == 0
    assert run_tests(run.policy, {"tests/broken.yaml": b"{"}, sources, run.diagnostics) == ()
    assert [(found.code, found.place.file) for found in run.diagnostics] == [
        ("syntax", "tests/broken.yaml")  # the compiler reads nothing below `tests`
    ]


def test_reports_that_a_test_names_must_be_there_and_no_other(run: Runner) -> None:
    found = Diagnostics()
    where = "approvals/orders.yaml", 9, 5
    place = run.one(order("5.00", "outcome: straight_through")).place._replace(
        file=where[0], line=where[1], column=where[2]
    )
    found.error("gap", place, "no row covers 5.00 USD", None, "amount 5.00 USD")
    found.warning("accepted-nothing", place, "nothing")
    found.note("never-asked", place, "no rule asks `x`")
    text = """kind: tests
lint:
  - {code: gap, file: approvals/orders.yaml, at: 5.00 USD}
  - {code: gap, file: approvals/orders.yaml, at: 6.00 USD}
tests: []
"""
    sources = Sources(lambda path: None, lambda tables: Built(None))
    results = run_tests(
        run.policy, {"tests/a.yaml": text.encode()}, sources, run.diagnostics, found
    )
    assert [(result.name, result.passed) for result in results] == [
        ("reported: gap in approvals/orders.yaml at 5.00 USD", True),
        ("reported: gap in approvals/orders.yaml at 6.00 USD", False),
        ("not expected: accepted-nothing", False),
    ]


@pytest.mark.parametrize(("said", "same"), [("yes", "present"), ("no", "missing")])
def test_a_paper_may_be_stated_as_yes_or_no(run: Runner, said: str, same: str) -> None:
    open_papers = "findings: [quote]"
    for word in (said, same):
        text = order("10.01", f"outcome: route, {open_papers}", f"quote: {word}")
        assert run.one(text).passed is (same == "missing")
        assert not run.one(text).problems


def test_that_no_review_is_opened_can_be_expected() -> None:
    controls = """
kind: controls
currency: USD
amount: document.net
additional:
  - above: 500.00
    review: {documents: this, by: controller, code: looked_at_later}
"""
    diagnostics = Diagnostics()
    files = {n: text.encode() for n, text in {**FILES, "controls/later.yaml": controls}.items()}
    compiled = compile_set(files, diagnostics)
    assert compiled is not None, diagnostics.render()
    run = Runner(compiled)
    run.passes(order("500.00", "outcome: route, reviews: []"))
    run.passes(order("500.01", "outcome: route, reviews: [looked_at_later]"))
    got = run.fails(order("500.01", "outcome: route, reviews: []"))
    assert got == {"reviews": "looked_at_later"}


def test_a_document_without_an_entity_is_told_to_name_one() -> None:
    diagnostics = Diagnostics()
    more = "  US02: {country: US, region: americas, currency: USD, zone: America/New_York}\nlevels:"
    files = {n: text.replace("levels:", more, 1).encode() for n, text in FILES.items()}
    compiled = compile_set(files, diagnostics)
    assert compiled is not None, diagnostics.render()
    run = Runner(compiled)
    run.one(order("10.00", "outcome: straight_through"))
    assert [found.help for found in run.diagnostics] == [
        "the set has 2 entities: name one, such as `entity: US01`"
    ]
