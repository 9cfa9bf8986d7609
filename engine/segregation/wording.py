"""A conflict as words of a reason: which, and the document, act and day that it is about."""

from __future__ import annotations

from engine.history import PastAct
from engine.knowing import Situation
from engine.segregation.conflicts import grounds
from engine.segregation.ground import Match

Words = tuple[tuple[str, str], ...]


def words_of(situation: Situation, match: Match) -> Words:
    """What a reason says of the conflict: its name, what was done, and what does not mitigate."""
    words: Words = (("detail", match.conflict.name), *match.lapsed)
    if match.act is not None:
        words += act_words(situation, match.act)
    if match.relative is not None:
        words += (("relative", match.relative),)
    return words


def act_words(situation: Situation, act: PastAct) -> Words:
    """One act: the word of it, the document (type and id), and the local day of the entity."""
    day = grounds(situation).day_of(act).isoformat()
    document = f"{act.document_type} {act.document_id}"
    return (("act", act.act), ("document", document), ("day", day))
