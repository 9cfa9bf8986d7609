"""What stands inside of keys whose values are read by several functions.

Most keys say themselves what they hold (`rules.compiling.shapes`). Those here are read part by
part, or hold mappings by name; a test asks that every mapping of the language is reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from rules.compiling import (
    approvals,
    authorities,
    chains,
    choices,
    controls,
    country,
    guarantees,
    handling,
    limits,
    organization,
    readiness,
    segregation,
    vocabulary,
    who,
)
from rules.compiling.forms import AMOUNT, ROLE, TEXT, as_written, list_of, whole
from rules.compiling.shapes import Form, Key, Shape
from rules.testing import data, forms, pasts

FACT: Final[Form[Any]] = Form("fact", as_written)
MONEY_FACT: Final[Form[Any]] = Form("money fact", as_written)
VALUE: Final[Form[Any]] = Form("value", as_written)
TEXTS: Final[Form[Any]] = Form("texts", as_written, item=TEXT, alone=True)


def of_shape(shape: Shape, words: tuple[str, ...] = ()) -> Form[Any]:
    """A mapping with the keys of a shape."""
    return Form(shape.name, as_written, words=words, shape=shape)


def listed(item: Form[Any], *, alone: bool = False) -> Form[Any]:
    """A list."""
    return Form(f"list of {item.name}", as_written, item=item, alone=alone)


def rows(shape: Shape) -> Form[Any]:
    """A list of mappings."""
    return listed(of_shape(shape))


def named(values: Form[Any]) -> Form[Any]:
    """A mapping of names to values of one form."""
    return Form(f"{values.name} by name", as_written, named=values)


def _columns(what: str, names: str) -> Shape:
    return Shape(what, tuple(Key(name, TEXTS, "") for name in names.split()))


def _texts(shape: Shape) -> Shape:
    """The same keys, which hold texts."""
    return _columns(shape.name, " ".join(shape.by_name))


COVERS: Final = Shape("`until`", (Key("covers", MONEY_FACT, "the amount that must be covered"),))
HELD: Final = _columns("a role held", "role for from to acting")
HOLDING: Final[Form[Any]] = Form("role", as_written, shape=HELD)
# Facts of the company may stand beside these keys, and of an earlier document its own fields.
PERSON: Final = Shape(
    "a person",
    tuple(
        Key("holds", Form("roles", as_written, item=HOLDING, alone=True), "roles that he holds")
        if name == "holds"
        else Key(name, TEXTS, "")
        for name in data.PERSON.split()
    ),
)
SUPPLIER: Final = _columns("a supplier", data.COLUMNS["suppliers"])
APPROVAL: Final[Form[Any]] = Form(TEXT.name, as_written, shape=pasts.APPROVAL)
OPEN: Final = (PERSON, SUPPLIER, pasts.EARLIER)

_GIVEN: Final = data.GIVEN.by_name
INSIDE: Final[Mapping[Key[Any], Form[Any]]] = MappingProxyType(
    {
        approvals.ROWS: rows(approvals.ROW),
        approvals.WAIVES: named(TEXT),
        chains.UNTIL: of_shape(COVERS, (chains.AUTHORITY_COVERS,)),
        controls.ADDITIONAL: rows(controls.ADDITIONAL_ROW),
        controls.CAPS: rows(controls.CAP),
        controls.SEGREGATION: of_shape(segregation.SHAPE),
        controls.GUARANTEES: rows(guarantees.SHAPE),
        guarantees.ABOVE: Form("amount", as_written, named=AMOUNT),
        segregation.DUTIES: named(of_shape(segregation.DUTY)),
        segregation.CONFLICTS: rows(segregation.CONFLICT),
        segregation.MITIGATIONS: rows(segregation.MITIGATION),
        segregation.BARS: rows(segregation.BARRED),
        segregation.DUTY_PAIR: listed(TEXT),
        segregation.OF_CONFLICT: TEXT,
        organization.ENTITIES: named(of_shape(organization.ENTITY)),
        organization.ROLES: named(of_shape(organization.ROLE_SHAPE)),
        organization.LIMITS: rows(limits.SHAPE),
        authorities.SYSTEMS: named(of_shape(authorities.SYSTEM)),
        organization.IN_FAVOUR: of_shape(organization.SHARE_SHAPE),
        organization.VOTES: named(whole(0, organization.SEATS_MAX)),
        country.SOURCES: named(of_shape(country.SOURCE)),
        vocabulary.FACTS: named(of_shape(vocabulary.FACT)),
        vocabulary.TOTAL_OF: MONEY_FACT,
        vocabulary.SAME: listed(FACT),
        vocabulary.IS: Form(
            "kind of fact",
            as_written,
            words=vocabulary.IS.form.words,
            shape=vocabulary.IS.form.shape,
            item=TEXT,
        ),
        handling.DELEGATION_KEY: rows(handling.DELEGATION),
        handling.STAND_INS: rows(handling.STAND_IN),
        handling.TO: of_shape(handling.TO_SHAPE),
        who.AMONG: named(list_of(ROLE)),
        who.OF: Form("places", as_written, item=who.INNER, alone=True),
        who.NOTIFY: Form("approver word", as_written, shape=who.TOLD),
        who.RATIFY: of_shape(who.RATIFIED),
        forms.FILE.by_name["given"]: of_shape(data.GIVEN),
        forms.FILE.by_name["tests"]: rows(forms.TEST),
        forms.TEST.by_name["earlier"]: rows(pasts.EARLIER),
        pasts.APPROVED_BY: listed(APPROVAL),
        forms.TEST.by_name["unreviewed"]: named(forms.MOMENT),
        forms.EXPECT.by_name["steps"]: listed(listed(forms.ITEM)),
        forms.EXPECT.by_name["as"]: named(TEXT),
        _GIVEN["people"]: named(of_shape(PERSON)),
        _GIVEN["suppliers"]: named(of_shape(SUPPLIER)),
        _GIVEN["entities"]: named(named(TEXTS)),
        _GIVEN["holidays"]: named(TEXTS),
        _GIVEN["delegations"]: rows(_texts(data.DELEGATION)),
        _GIVEN["rates"]: rows(_texts(data.RATE)),
        _GIVEN["acting"]: rows(_texts(data.ACTING)),
        _GIVEN["periods"]: rows(_texts(data.PERIOD)),
        _GIVEN["relations"]: rows(_texts(data.RELATION)),
        **{
            _GIVEN[name]: named(of_shape(_columns(f"one of the {name}", data.COLUMNS[name])))
            for name in ("cost_centers", "projects", "contracts")
        },
    }
)

FILES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "set": choices.SHAPE,
        "vocabulary": vocabulary.SHAPE,
        "organization": organization.SHAPE,
        "approvals": approvals.SHAPE,
        "controls": controls.SHAPE,
        "readiness": readiness.SHAPE,
        "handling": handling.SHAPE,
        "country": country.SHAPE,
        "tests": forms.FILE,
    }
)


def inside(key: Key[Any]) -> Form[Any]:
    """The form of what stands behind a key."""
    return INSIDE.get(key, key.form)
