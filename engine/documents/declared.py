"""A document of a type that the company declared: header, lines, and the facts it declared."""

from __future__ import annotations

from engine.documents.header import Valued


class Declared(Valued):
    """Whatever the company calls it; all that is special about it are its facts."""
