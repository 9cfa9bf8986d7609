"""What other content of a case changed, said in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.explaining.messages import Family, fill
from engine.explaining.messages.catalogues import catalogue


def change_said(
    change: Mapping[str, Any], language: str, names: Mapping[str, str]
) -> Sequence[str]:
    """Why a case is approved again, whose approvals stand, and whose do not; nothing for none.

    `change` is as a case keeps it, `names` the names of persons by id.
    """
    texts = catalogue(language)
    said = []
    for each in change.get("again", ()):
        words = {name: texts.amount(str(value)) for name, value in each["words"].items()}
        said.append((each["code"], words))
    for code, found in (("change_stands", "stands"), ("", "fell")):
        for each in change.get(found, ()):
            person = str(each["person"])
            said.append((code or each["code"], {"person": names.get(person, person)}))
    found_texts = ((texts.text(Family.CHANGE, code), code, words) for code, words in said)
    return [code if text is None else fill(text.full, words) for text, code, words in found_texts]
