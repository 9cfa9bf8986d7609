"""Every code a diagnostic may carry, with one line of meaning.

The module exists so that codes are stable and the documentation cannot drift from them: the
collector refuses a code that is not listed here, and the reference is checked against this table.
A code is never given a second meaning; a code that is no longer used is removed, not reused.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_READING: Final = {
    "file-too-large": "the file has more bytes, lines or nodes than a policy file may have",
    "not-utf8": "the bytes of the file are not UTF-8 text",
    "hidden-character": "a character that a reviewer cannot see, or that reorders what he sees",
    "tab": "a tab where only spaces are allowed",
    "text-too-long": "a line or a single text is longer than allowed",
    "empty-file": "the file holds no data",
    "syntax": "the text is not well-formed YAML",
    "too-deep": "lists and mappings are nested deeper than allowed",
    "anchor": "anchors and aliases (`&name`, `*name`) are not part of the language",
    "tag": "tags (`!name`) are not part of the language",
    "directive": "directives (`%YAML`, `%TAG`) are not part of the language",
    "several-documents": "a file holds one document; a second `---` starts another",
    "duplicate-key": "the same key is written twice in one mapping",
    "merge-key": "the merge key `<<` is not part of the language",
    "key-not-text": "a key is missing, or is a list or a mapping instead of a word",
    "explicit-key": "keys are written `key: value`, not `? key`",
    "too-many-problems": "reading stopped because the file has too many problems of this kind",
}

_VALUES: Final = {
    "empty-value": "a key or list item has no value",
    "expected-list": "something else is written where a list is expected",
    "expected-mapping": "something else is written where a mapping is expected",
    "expected-text": "a list or mapping is written where a single value is expected",
    "not-a-name": "a name is not written in lower case letters, digits and underscores",
    "not-one-of": "a word is none of the words allowed here",
    "not-yes-no": "something else is written where `yes` or `no` is expected",
    "not-a-whole-number": "something else is written where a whole number is expected",
    "not-a-percentage": "something else is written where a percentage is expected",
    "not-an-amount": "something else is written where a decimal amount is expected",
    "comma-in-amount": "an amount is written with commas; digits are grouped with underscores",
    "no-currency": "an amount needs a currency and has none",
    "unknown-currency": "a currency code that ISO 4217 does not list",
    "unknown-country": "a country code that ISO 3166-1 does not list",
    "too-many-decimals": "an amount has more decimals than its currency",
    "amount-too-large": "an amount is larger than can be kept exactly",
    "out-of-range": "a number or duration is smaller or larger than allowed here",
    "not-a-date": "something else is written where a date is expected",
    "not-a-moment": "something else is written where a date with time and offset is expected",
    "no-offset": "a moment is written without its offset from UTC",
    "not-a-time": "something else is written where a time of day is expected",
    "not-a-duration": "something else is written where a duration is expected",
}

_COMPILING: Final = {
    "unknown-key": "a mapping has a key that the language does not have there",
    "missing-key": "a mapping lacks a key that it needs",
    "more-than-one": "several keys are written of which one is allowed",
    "missing-file": "the set lacks a file that every set has",
    "nested-set": "a second `kind: set` stands in the folder of a set",
    "language-version": "the set is written in a version of the language that is not read here",
    "choice-not-stated": "the set uses something for which it must state a choice",
    "name-taken": "a name is declared twice, or has a meaning of its own",
    "empty-list": "a list or mapping has nothing in it and so would mean nothing or everything",
    "list-length": "a list has too few items",
    "too-many": "a list, condition or route has more parts than allowed",
    "twice": "a list names the same thing twice",
    "unknown-fact": "a fact that is neither built in nor declared",
    "unknown-word": "a word that is none of the declared values of a fact",
    "unknown-document": "a document type that is neither built in nor declared",
    "unknown-role": "a role that is not declared",
    "unknown-level": "a level that is not declared",
    "unknown-entity": "an entity, country or region that the organization does not have",
    "unknown-zone": "a time zone that does not exist",
    "not-a-week": "something else is written where a working week is expected",
    "not-days": "a length of time is not a whole number of days",
    "not-a-bound": "something else is written where a value to compare with is expected",
    "not-money": "a fact that is no amount of money stands where one is expected",
    "not-a-paper": "a fact that is no paper stands where one is expected",
    "no-order": "a comparison of a fact whose values have no order",
    "different-kinds": "two facts are compared that are of different kinds",
    "same-fact": "a fact is compared with itself",
    "two-bounds": "two upper or two lower bounds of one thing",
    "never-true": "bounds or dates that leave nothing between them",
    "line-fact": "a fact of a line is asked of the document",
    "line-in-line": "lines are asked for inside a line",
    "approver-fact": "a fact about the approver is asked where no approver is meant",
    "total-of-total": "a total sums another total",
    "no-amount": "something needs an amount, and the file has none",
    "not-needed": "`not_needed` stands beside other words",
    "unnamed-not-needed": "a row without a name, or `otherwise`, goes straight through",
    "requester-alone": "steps that the requester alone could complete",
    "endless-chain": "a chain does not say where it ends",
    "too-few-places": "more persons are asked for than there are places",
    "not-holders": "a word that has no several holders stands where holders are counted",
    "unknown-duty": "a duty that is not declared",
    "unknown-conflict": "a conflict that is not declared",
    "unknown-guarantee": "a guarantee that is not declared",
    "not-waivable": "a row waives a guarantee that no row may waive",
    "not-comparable": "two duties that could never meet in the way they are compared",
    "self-monitored": "a person is to look at his own acts",
    "not-group": "something that holds for the whole group stands in a file of narrower scope",
    "no-total": "the documents of a total are meant where no total is asked for",
    "not-yet-enforced": "a rule that this version could not enforce",
    "not-yet-applied": "something that this version reads and does not apply yet",
    "signed-credits": "credits keep their sign, so a credit note needs no authority",
    "accepted-nothing": "an accepted report that is not reported",
}

_CHECKS: Final = {
    "gap": "a document that a matrix should decide matches none of its rows",
    "overlap": "two rows of one rank match one document and answer differently",
    "two-matrices": "two matrices of equally wide scope cover one document",
    "not-proved": "a check stopped before it had examined everything",
    "guarantee-broken": "a row cannot keep a guarantee of the set",
    "silence": "a route that nobody has to approve",
    "asked-once": "two steps of one route ask the same role, so that one approval fills both",
    "never-asked": "a role is declared and no rule asks it",
    "limit-unused": "a limit belongs to a role or level that no rule compares",
    "no-fallback": "a person's own document finds nobody who may approve it",
    "nobody-holds": "a rule asks a role, level or body for which nobody is there",
    "no-owner": "a cost center, project or department has nobody whom a rule could ask for it",
    "unapprovable": "documents that nobody may approve, for everybody or for some who ask",
    "single-absence": "nobody can approve while one person is away",
    "no-witness": "a row could not be tried out, because no document for it could be made",
}

_TESTS: Final = {
    "no-outcome": "a test states no outcome",
    "no-time": "the result of a test depends on time, and the test states none",
    "unknown-person": "a test names somebody who is neither a person nor a role",
    "bad-document": "the document of a test cannot be accepted",
    "bad-data": "the people, suppliers or rates of a test cannot be used",
}

CODES: Final[Mapping[str, str]] = MappingProxyType(
    _READING | _VALUES | _COMPILING | _CHECKS | _TESTS
)
