"""Requirement F2: scopes, entities, and the person of record."""

import pytest

from adapters.identity import ActingPerson, Caller, Refusal, Scope, acting_person, require


def caller(
    person: str = "anna",
    scopes: frozenset[Scope] = frozenset({Scope.DOCUMENTS_READ}),
    entities: frozenset[str] | None = frozenset({"US01"}),
) -> Caller:
    return Caller(person, "portal", "https://i.example", "s", None, "", scopes, entities, False)


def code(found: object) -> str:
    assert isinstance(found, Refusal)
    return found.code


def test_a_scope_of_the_caller_in_an_entity_of_his_is_allowed() -> None:
    assert require(caller(), Scope.DOCUMENTS_READ, "US01") is None
    assert require(caller(entities=None), Scope.DOCUMENTS_READ, "anywhere") is None
    assert require(caller(entities=None), Scope.DOCUMENTS_READ, None) is None


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.DOCUMENTS_READ])
def test_one_scope_never_stands_for_another(scope: Scope) -> None:
    assert code(require(caller(entities=None), scope, "US01")) == "scope_missing"


@pytest.mark.parametrize("entity", ["DE01", "us01", "US01 ", "*", ""])
def test_an_entity_that_is_not_the_callers_is_out_of_reach(entity: str) -> None:
    assert code(require(caller(), Scope.DOCUMENTS_READ, entity)) == "entity_out_of_reach"
    nowhere = caller(entities=frozenset())
    assert code(require(nowhere, Scope.DOCUMENTS_READ, entity)) == "entity_out_of_reach"


def test_what_concerns_every_entity_needs_access_to_every_one() -> None:
    assert code(require(caller(), Scope.DOCUMENTS_READ, None)) == "entity_out_of_reach"


def test_a_person_acts_himself_and_as_nobody_else() -> None:
    himself = ActingPerson("anna", "portal", is_relayed=False)
    assert acting_person(caller(), "") == himself
    assert acting_person(caller(), "anna") == himself
    for other in ("cfo", "ANNA", " anna", "anna\n"):
        assert code(acting_person(caller(), other)) == "another_person_named"


def test_a_tool_relays_what_a_named_person_did_and_the_record_says_so() -> None:
    assert acting_person(caller(person=""), "ben") == ActingPerson("ben", "portal", is_relayed=True)


@pytest.mark.parametrize("named", ["", " ", "\t\n"])
def test_a_tool_never_acts_by_itself(named: str) -> None:
    assert code(acting_person(caller(person=""), named)) == "no_person_named"
