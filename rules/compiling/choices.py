"""`policy.yaml`: the name of the set, its language, what holds for all files, and stated choices.

A choice is stated only if the set uses the thing; what was not stated stays empty, and whoever
needs it reports it or holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from engine.places import NOWHERE, Place
from engine.policy import PolicySet
from engine.rates import FxChoice
from rules.compiling import set_changes
from rules.compiling.accepting import ACCEPTED, Accepted
from rules.compiling.context import Context
from rules.compiling.files import HEADER_KEYS, KIND, File, Header, read_header
from rules.compiling.forms import CURRENCY, DAYS, NAME, PERCENT, TEXT, as_written, whole, word_of
from rules.compiling.shapes import Fields, Form, Key, Shape, shaped
from rules.reading.nodes import Node

LANGUAGE: Final = 1
CREDIT_NOTE: Final = "credit_note"
SIGNED: Final = "signed_with_waiver"
_NEXT_BEST: Final = "previous business day"


@dataclass(frozen=True, slots=True)
class Choices:
    """What `policy.yaml` says. `header` is `for_all_files`, `set_changes` is `policy_changes`:
    both are read once all words are known."""

    name: str = ""
    place: Place = NOWHERE
    language: int = LANGUAGE
    credits: str = ""
    in_flight: str = ""
    second_opinion: str = ""
    fx: FxChoice | None = None
    accepted: tuple[Accepted, ...] = ()
    header: Node | None = None
    set_changes: Node | None = None
    has_credits: bool = False
    has_fx: bool = False
    has_in_flight: bool = False


def _fx(fields: Fields, context: Context) -> FxChoice | None:
    rate, on = fields.read(RATE, context), fields.read(ON, context)
    fallback = fields.read(FALLBACK, context)
    stale_after = fields.read(STALE_AFTER, context)
    inverse = fields.read(INVERSE, context)
    via = fields.read(VIA, context) or ""
    drift: Fraction | None = fields.read(DRIFT, context)
    if fallback == _NEXT_BEST and not fields.has(STALE_AFTER) and fields.is_whole:
        message = "a fallback needs `stale_after`: how old a rate may be"
        context.error("choice-not-stated", fields.at(FALLBACK), message, "`stale_after: 7 days`")
    if rate is None or on is None or inverse is None:
        return None
    return FxChoice(
        rate, on, fallback == _NEXT_BEST, stale_after or 0, inverse == "allow", via, drift
    )


RATE: Final = Key("rate", NAME, "the type of rate", required=True)
ON: Final = Key(
    "on",
    word_of("submission", "decision", "document_date", "posting_date"),
    "the day whose rate is used",
    required=True,
)
FALLBACK: Final = Key(
    "fallback", word_of(_NEXT_BEST, "none"), "which rate is used where that day has none"
)
STALE_AFTER: Final = Key("stale_after", DAYS, "how old such a rate may be: `7 days`")
INVERSE: Final = Key(
    "inverse", word_of("refuse", "allow"), "whether a rate may be turned round", required=True
)
VIA: Final = Key("via", CURRENCY, "a currency through which two others may be converted")
DRIFT: Final = Key(
    "recheck_drift_above", PERCENT, "asked again when the rate has moved by more than this"
)
FX: Final = Shape("`fx`", (RATE, ON, FALLBACK, STALE_AFTER, INVERSE, VIA, DRIFT))

SET_NAME: Final = Key("name", TEXT, "the name of the set", required=True)
LANGUAGE_KEY: Final = Key("language", whole(1, 1_000), "the version of the language", required=True)
TITLE: Final = Key("title", TEXT, "how reports call the set")
CREDITS: Final = Key(
    "credits",
    word_of("absolute", SIGNED),
    "`absolute`: a credit of -12,000 needs the authority of 12,000",
)
FX_KEY: Final = Key("fx", shaped(FX, _fx), "how foreign currencies are converted")
IN_FLIGHT: Final = Key(
    "in_flight",
    word_of("add_if_stricter", "pin", "decide_again"),
    "what a new version does to open cases",
)
SECOND_OPINION: Final = Key(
    "second_opinion",
    word_of("required", "where_installed"),
    "whether a document may post of which the controls were not matched a second time",
)
ACCEPTED_KEY: Final = Key("accepted", ACCEPTED, "reports that are kept knowingly, with a reason")
FOR_ALL_FILES: Final = Shape("`for_all_files`", HEADER_KEYS)
FOR_ALL: Final[Key[Node]] = Key(
    "for_all_files",
    Form("header", as_written, shape=FOR_ALL_FILES),
    "scope, dates, currency and owner of every file that does not write its own",
)
SHAPE: Final = Shape(
    "a set",
    (
        *(KIND, SET_NAME, LANGUAGE_KEY, TITLE, CREDITS, FX_KEY, IN_FLIGHT),
        *(SECOND_OPINION, set_changes.KEY, ACCEPTED_KEY, FOR_ALL),
    ),
)


def read_choices(file: File, context: Context) -> Choices:
    """Everything in `policy.yaml` apart from `for_all_files`."""
    fields = SHAPE.open(file.root, context)
    if fields is None:
        return Choices()
    language = fields.read(LANGUAGE_KEY, context)
    if language is not None and language != LANGUAGE:
        message = f"this version reads language {LANGUAGE}, and the set is written in {language}"
        context.error("language-version", fields.at(LANGUAGE_KEY), message)
    fields.read(TITLE, context)
    return Choices(
        name=fields.read(SET_NAME, context) or "",
        place=fields.place,
        language=language or LANGUAGE,
        credits=fields.read(CREDITS, context) or "",
        in_flight=fields.read(IN_FLIGHT, context) or "",
        second_opinion=fields.read(SECOND_OPINION, context) or "",
        fx=fields.read(FX_KEY, context),
        accepted=fields.read(ACCEPTED_KEY, context) or (),
        header=fields.node(FOR_ALL),
        set_changes=fields.node(set_changes.KEY),
        has_credits=fields.has(CREDITS),
        has_fx=fields.has(FX_KEY),
        has_in_flight=fields.has(IN_FLIGHT),
    )


def default_header(choices: Choices, context: Context) -> Header:
    """What holds for all files that do not write their own."""
    fields = None if choices.header is None else FOR_ALL_FILES.open(choices.header, context)
    if fields is None:
        return Header()
    return read_header(fields, Header(), context)


def check_choices(chosen: Choices, policy: PolicySet, context: Context) -> None:
    """Report choices that the set uses and does not state; note those that it may do without."""
    place = chosen.place if chosen.place != NOWHERE else Place("policy.yaml", 1, 1)
    for matrix in policy.matrices:
        if CREDIT_NOTE in matrix.documents and matrix.amount and not chosen.has_credits:
            message = f"{matrix.file} covers `{CREDIT_NOTE}`, and the set does not state `credits`"
            help = "write `credits: absolute`: a credit of -12,000 needs the authority of 12,000"
            context.error("choice-not-stated", place, message, help)
            break
    if chosen.credits == SIGNED:
        message = "with signed credits, a credit of -12,000 is below every limit"
        help = "write `credits: absolute`, or accept it: `{code: signed-credits, because: ...}`"
        context.error("signed-credits", place, message, help)
    currencies = {entity.currency for entity in policy.organization.entities.values()}
    currencies |= {matrix.currency for matrix in policy.matrices if matrix.currency}
    if len(currencies) > 1 and not chosen.has_fx:
        message = "the set does not state `fx`, so documents in a foreign currency are held"
        context.diagnostics.note("choice-not-stated", place, message)
    if policy.matrices and not chosen.has_in_flight:
        message = "the set does not state `in_flight`: what a new version does to open cases"
        context.diagnostics.note("choice-not-stated", place, message)
