"""Countersign in its own words: matching alone, and the whole decision."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping, Sequence
from statistics import median

from bench import limits, sets
from bench.flatness import assignments, by_assignments
from bench.timing import DOCS, Record, one_pass, resident_mb
from bench.workload import Answer, Doc, Row, make_docs, make_rows, merge_steps
from engine.deciding import decide
from engine.decision import Outcome
from engine.documents.model import Document
from engine.facts.kinds import FactValue
from engine.facts.truth import Known, holds
from engine.matching import scope_keys
from engine.money import key
from engine.policy import PolicySet
from engine.rates import Converter
from rules.compiling.compiler import compile_set
from rules.diagnostics import Diagnostics
from rules.loading import load_set


def compiled(rows: list[Row], *, chains: bool) -> PolicySet:
    """The set with these rows. Raises `ValueError` where it does not compile."""
    found = Diagnostics()
    policy = compile_set(sets.files(rows, chains=chains), found)
    if policy is None:
        raise ValueError(found.render())
    return policy


class Matching:
    """The look-up of the winning row and of every additional row that applies."""

    def __init__(self, rows: list[Row]) -> None:
        self.policy = compiled(rows, chains=False)
        self.roles = {f"r{row.id}": row.roles for row in rows}
        self.converter = Converter({}, None, None)
        self.scopes = {
            (entity.id, type_): scope_keys(entity, type_)
            for entity in self.policy.organization.entities.values()
            for type_ in self.policy.documents
        }

    def decide(self, doc: Doc) -> Answer:
        """The ids of the matching rows, and the steps."""
        lookup = self.policy.lookup
        if lookup is None:
            raise ValueError("the set is not indexed")
        values: Mapping[str, FactValue] = {"category": doc["category"], "capex": doc["capex"]}
        known = Known(values, self.converter)
        amount = key(doc["amount"])
        names = []
        for scope in self.scopes[doc["entity"], doc["doc_type"]]:
            indexes = [matrix.index for matrix in lookup.matrices.get(scope, ())]
            indexes += [index for _, _, index in lookup.additional.get(scope, ())]
            for index in indexes:
                if index is not None:
                    for candidate in index.candidates(values, amount):
                        if holds(candidate.rest, known):
                            names.append(candidate.row.name)
        ids = sorted(int(name[1:]) for name in names)
        return ids, merge_steps([self.roles[name] for name in names])


class Whole:
    """The whole decision: facts, match, authority, delegation, reasons, digest, one by one."""

    def __init__(self, n: int) -> None:
        """Makes the set and its documents, and decides each once."""
        rows = make_rows(n)
        self.data = sets.master_data()
        before = resident_mb()
        self.policy = compiled(rows, chains=True)
        gc.collect()
        self.rss_mb = resident_mb() - before
        self.docs = make_docs(rows, DOCS)
        self.documents = [sets.document(doc) for doc in self.docs]
        self.counts: list[int] = []
        self.routed = 0
        for document in self.documents:
            decision = decide(self.policy, self.data, document, sets.NOW)
            self.counts.append(assignments(decision))
            self.routed += decision.outcome is Outcome.ROUTE
        self.base = limits.Index(rows)
        one_pass(self.base.decide, self.docs)
        self.every: list[list[float]] = []
        self.limit: list[float] = []

    def once(self) -> None:
        """One pass over all documents, and the baseline beside it."""
        self.every.append([self._seconds(document) * 1e6 for document in self.documents])
        # Several in a row, as the baseline is measured elsewhere: what is used often is at hand.
        self.limit.append(median(one_pass(self.base.decide, self.docs)[1] for _ in range(5)) * 1e6)

    def record(self) -> Record:
        """What the passes came to."""
        spent = [sorted(each) for each in self.every]
        us = median(each[len(each) // 2] for each in spent)
        return {
            "rss_mb": self.rss_mb,
            "routed": self.routed,
            "documents": len(self.documents),
            "us": us,
            "us_p99": median(each[len(each) * 99 // 100] for each in spent),
            "baseline_us": median(self.limit),
            "ratio": us / median(self.limit),
            "assignments": sum(self.counts) / len(self.counts),
            "by_assignments": by_assignments(
                self.counts, [median(of) for of in zip(*self.every, strict=True)]
            ),
        }

    def _seconds(self, document: Document) -> float:
        began = time.perf_counter()
        decide(self.policy, self.data, document, sets.NOW)
        return time.perf_counter() - began


def whole(sizes: Sequence[int], passes: int) -> dict[int, Record]:
    """The whole decision with sets of these sizes, by size.

    Their passes take turns: how a machine fares changes from minute to minute, and the sizes are
    compared with each other.
    """
    found = {n: Whole(n) for n in sizes}
    gc.collect()
    gc.freeze()
    for _ in range(passes):
        for each in found.values():
            each.once()
    return {n: each.record() for n, each in found.items()}


def loading(n: int) -> Record:
    """Seconds to compile a set of N rows, and to compile and lint it."""
    files = sets.files(make_rows(n), chains=True)
    began = time.perf_counter()
    compile_set(files, Diagnostics())
    compiling = time.perf_counter() - began
    found = Diagnostics()
    began = time.perf_counter()
    load_set(files, found)
    return {
        "compile_s": compiling,
        "compile_and_lint_s": time.perf_counter() - began,
        "reports": len(found.sorted()),
    }
