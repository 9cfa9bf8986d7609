"""Countersign in its own words: matching alone, and the whole decision."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from statistics import median

from bench import limits, sets
from bench.flatness import assignments, by_assignments
from bench.timing import DOCS, Record, one_pass, resident_mb
from bench.workload import Answer, Doc, Row, make_docs, make_rows, merge_steps
from engine.deciding import decide
from engine.decision import Outcome
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


def whole(n: int, passes: int) -> Record:
    """The whole decision: facts, match, authority, delegation, reasons, digest, one by one."""
    rows = make_rows(n)
    data = sets.master_data()
    before = resident_mb()
    policy = compiled(rows, chains=True)
    gc.collect()
    rss_mb = resident_mb() - before
    docs = make_docs(rows, DOCS)
    documents = [sets.document(doc) for doc in docs]
    decisions = [decide(policy, data, document, sets.NOW) for document in documents]
    counts = [assignments(decision) for decision in decisions]
    routed = sum(decision.outcome is Outcome.ROUTE for decision in decisions)
    del decisions
    base = limits.Index(rows)
    one_pass(base.decide, docs)
    gc.collect()
    gc.freeze()
    every: list[list[float]] = []
    medians, ninety_ninths, limit = [], [], []
    for _ in range(passes):
        each = [_seconds(policy, data, document) * 1e6 for document in documents]
        every.append(each)
        spent = sorted(each)
        medians.append(spent[len(spent) // 2])
        ninety_ninths.append(spent[len(spent) * 99 // 100])
        # Several in a row, as the baseline is measured elsewhere: what is used often is at hand.
        limit.append(median(one_pass(base.decide, docs)[1] for _ in range(5)) * 1e6)
    return {
        "rss_mb": rss_mb,
        "routed": routed,
        "documents": len(documents),
        "us": median(medians),
        "us_p99": median(ninety_ninths),
        "baseline_us": median(limit),
        "ratio": median(medians) / median(limit),
        "assignments": sum(counts) / len(counts),
        "by_assignments": by_assignments(counts, [median(of) for of in zip(*every, strict=True)]),
    }


def _seconds(policy: PolicySet, data: object, document: object) -> float:
    began = time.perf_counter()
    decide(policy, data, document, sets.NOW)  # type: ignore[arg-type]
    return time.perf_counter() - began


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
