"""A change of policy: one set of files takes the place of another."""

from __future__ import annotations

from typing import Annotated

from engine.documents.fields import CONFIDENTIAL, INTERNAL, Day, Hash, Name, Text
from engine.documents.header import Header


class PolicyChange(Header):
    """Which set, from which content to which, and from which day on."""

    policy_set: Annotated[Name, INTERNAL] = ""
    from_digest: Annotated[Hash, INTERNAL] = ""
    to_digest: Annotated[Hash, INTERNAL] = ""
    in_force_from: Annotated[Day | None, INTERNAL] = None
    change_summary: Annotated[Text, CONFIDENTIAL] = ""
