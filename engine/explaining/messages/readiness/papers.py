"""What is said of papers and of what was approved."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "paper_missing": Text(
            "The paper {paper} is missing.",
            "The policy asks for the paper `{paper}`; the document neither states it as present "
            "nor has a file that is it.",
        ),
        "files_missing": Text(
            "{count} files are attached, expected {expected}.",
            "The policy asks for {expected} attached files with a digest each; the document has "
            "{count} different ones.",
        ),
        "changed_since_approval": Text(
            "The content is not what was approved.",
            "Approved was the content {approved}, found is {found}. Another content needs another "
            "approval.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "paper_missing": Text(
            "Das Papier {paper} fehlt.",
            "Die Richtlinie verlangt das Papier `{paper}`; der Beleg nennt es nicht als vorhanden "
            "und keine Datei ist es.",
        ),
        "files_missing": Text(
            "{count} Dateien hängen an, erwartet {expected}.",
            "Die Richtlinie verlangt {expected} angehängte Dateien mit je einem Digest; der Beleg "
            "hat {count} verschiedene.",
        ),
        "changed_since_approval": Text(
            "Der Inhalt ist nicht der genehmigte.",
            "Genehmigt wurde der Inhalt {approved}, gefunden ist {found}. Anderer Inhalt braucht "
            "eine andere Genehmigung.",
        ),
    }
)
