"""A value that is made fast is what a frozen, slotted dataclass is, in everything but time."""

from __future__ import annotations

import inspect
import pickle
from copy import copy
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace

import pytest

from engine.decision import Assignee, Assignment, Decision
from engine.master_data import PersonId
from engine.values import value


@value
class Fast:
    """A pair."""

    name: str
    size: int = 3


@dataclass(frozen=True, slots=True)
class Plain:
    """A pair."""

    name: str
    size: int = 3


def test_it_is_made_compared_hashed_and_shown_like_a_dataclass() -> None:
    assert is_dataclass(Fast)
    assert [f.name for f in fields(Fast)] == [f.name for f in fields(Plain)]
    assert list(inspect.signature(Fast).parameters) == list(inspect.signature(Plain).parameters)
    assert Fast("a") == Fast(name="a", size=3) != Fast("a", 4)
    assert hash(Fast("a")) == hash(Fast("a"))
    assert repr(Fast("a")) == repr(Plain("a")).replace("Plain", "Fast")
    assert replace(Fast("a"), size=5) == Fast("a", 5)
    assert pickle.loads(pickle.dumps(Fast("a", 5))) == copy(Fast("a", 5)) == Fast("a", 5)  # noqa: S301


def test_it_cannot_be_changed_and_has_nothing_else() -> None:
    made = Fast("a")
    with pytest.raises(FrozenInstanceError):
        made.size = 4  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del made.name
    assert not hasattr(made, "__dict__")


@pytest.mark.parametrize("arguments", [(), ("a", 1, 2)])
def test_wrong_numbers_of_arguments_are_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match="__init__"):
        Fast(*arguments)  # type: ignore[arg-type]


def test_a_default_that_is_made_anew_is_refused() -> None:
    with pytest.raises(TypeError, match="made anew"):

        @value
        class _Wrong:
            names: list[str] = field(default_factory=list)


@pytest.mark.parametrize("kind", [Assignee, Assignment, Decision])
def test_what_a_decision_is_made_of_cannot_be_changed(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    with pytest.raises(FrozenInstanceError):
        Assignee(PersonId("mia")).person = PersonId("dan")  # type: ignore[misc]
