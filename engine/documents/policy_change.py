"""A change of policy: one set of files takes the place of another."""

from __future__ import annotations

from typing import Annotated

from engine.documents.fields import CONFIDENTIAL, INTERNAL, Day, Hash, Moment, Name, Text
from engine.documents.header import Header


class PolicyChange(Header):
    """Which set, from which content to which, and from when on: the day, or the very moment.

    `loosens` is false only where it can be told that nothing is needed less than before.
    """

    policy_set: Annotated[Name, INTERNAL] = ""
    from_digest: Annotated[Hash, INTERNAL] = ""
    to_digest: Annotated[Hash, INTERNAL] = ""
    in_force_from: Annotated[Day | None, INTERNAL] = None
    in_force_at: Annotated[Moment | None, INTERNAL] = None
    loosens: Annotated[bool | None, INTERNAL] = None
    change_summary: Annotated[Text, CONFIDENTIAL] = ""
