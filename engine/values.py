"""Frozen values of which every decision makes dozens.

`dataclass(frozen=True)` sets each field by `object.__setattr__`, which looks the field up by its
name. Making values took a tenth of the time of a decision; setting each by its slot halves that,
and where there are many fields, setting them while the value is still of a class that can be
changed halves it again. Nothing else differs: such a value is a frozen, slotted dataclass, and a
test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Final, TypeVar, dataclass_transform

T = TypeVar("T")
MANY: Final = 4  # fields from which on two changes of the class cost less than a call for each


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """A frozen, slotted dataclass that is made fast. Defaults are values, never factories."""
    made = dataclass(frozen=True, slots=True)(cls)
    made.__init__ = _by_slots(made)  # type: ignore[method-assign]
    return made


def _by_slots(cls: type) -> Callable[..., None]:
    """An `__init__` with the same parameters, which sets each field by its slot."""
    names = [field.name for field in fields(cls)]
    known: dict[str, object] = {"Frozen": cls}
    parameters = ["self"]
    for field in fields(cls):
        if field.default_factory is not MISSING:
            raise TypeError(f"`{cls.__name__}.{field.name}` has a default that is made anew")
        known[f"set_{field.name}"] = getattr(cls, field.name).__set__
        known[f"default_{field.name}"] = field.default
        has_default = field.default is not MISSING
        parameters.append(field.name + (f"=default_{field.name}" if has_default else ""))
    body = [f"    set_{name}(self, {name})" for name in names]
    if len(names) >= MANY:
        # A class of the same layout without the guard of the frozen one: nobody sees it.
        known["Open"] = type(cls.__name__, (), {"__slots__": tuple(names)})
        known["become"] = object.__dict__["__class__"].__set__
        body = [f"    self.{name} = {name}" for name in names]
        body = ["    become(self, Open)", *body, "    self.__class__ = Frozen"]
    source = "\n".join([f"def __init__({', '.join(parameters)}):", *body])
    exec(source, known)  # noqa: S102 - names of fields only, as `dataclasses` itself does it
    made = known["__init__"]
    if not callable(made):
        raise TypeError(f"`{cls.__name__}` has no fields")
    return made
