"""Reviews of cases: one for each case and code, opened by a control, closed by a finding.

Whoever opens several locks them in ascending order of case and code, after the keys of totals and
before the end of the trail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from adapters.store.cases import Case, case_of
from adapters.store.many import Rows, insert_rows
from adapters.store.tables import cases, review_causes, review_tasks, reviews

MOST_ASKED: Final = 10_000  # in one statement; databases bound how many values it may have


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review of the case `case_id`, last caused by the case `cause_id`.

    `control`, `place` and `because` are the rule that asked for it, `owner` answers for its file.
    `finding` is empty while it is open. `id` is 0 until it is kept.
    """

    id: int = 0
    case_id: int
    code: str
    cause_id: int
    control: str
    place: str
    because: str
    owner: str
    opened_at: datetime
    finding: str = ""
    comment: str = ""
    closed_by: str = ""
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it since it was last caused."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who is asked to review; `on_behalf_of` is empty where he acts for himself."""

    person: str
    on_behalf_of: str = ""


def open_review(connection: Connection, review: Review, asked: Iterable[Reviewer]) -> Review | None:
    """Opens the review, or opens it again for a further cause; asked are these and nobody else.

    `None` where this cause was known already: nothing is changed then.
    """
    build = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert
    values = _values(review)
    statement = build(reviews).values(values)
    # The update changes nothing: it locks the row of a review that is there already.
    kept: int = connection.execute(
        statement.on_conflict_do_update(
            index_elements=[reviews.c.case_id, reviews.c.code],
            set_={"code": reviews.c.code},
        ).returning(reviews.c.id)
    ).scalar_one()
    cause = {"review_id": kept, "case_id": review.cause_id}
    added = build(review_causes).values(cause).on_conflict_do_nothing()
    if connection.execute(added.returning(review_causes.c.case_id)).first() is None:
        return None
    connection.execute(update(reviews).where(reviews.c.id == kept).values(values))
    connection.execute(delete(review_tasks).where(review_tasks.c.review_id == kept))
    rows = [
        {
            "review_id": kept,
            "person": each.person,
            "on_behalf_of": each.on_behalf_of,
            "since": review.opened_at,
        }
        for each in dict.fromkeys(asked)
    ]
    insert_rows(connection, Rows(review_tasks, rows))
    return replace(review, id=kept)


def without_open(
    connection: Connection, case_ids: Sequence[int], code: str, wanted: Collection[Reviewer]
) -> list[int]:
    """Those of the cases that have no open review under the code which these would do.

    A review that asks others is not as good: more may be at stake by now.
    """
    asked: dict[int, set[Reviewer]] = {}
    for start in range(0, len(case_ids), MOST_ASKED):
        query = (
            select(reviews.c.case_id, review_tasks.c.person, review_tasks.c.on_behalf_of)
            .join(review_tasks, review_tasks.c.review_id == reviews.c.id)
            .where(
                reviews.c.code == code,
                reviews.c.closed_at.is_(None),
                reviews.c.case_id.in_(case_ids[start : start + MOST_ASKED]),
            )
        )
        for case_id, person, on_behalf_of in connection.execute(query):
            asked.setdefault(case_id, set()).add(Reviewer(person, on_behalf_of))
    able = set(wanted)
    return [id for id in case_ids if id not in asked or not asked[id] <= able]


def close_review(connection: Connection, review: Review) -> None:
    """Keeps what was found; nobody is asked any more."""
    connection.execute(update(reviews).where(reviews.c.id == review.id).values(_values(review)))
    connection.execute(delete(review_tasks).where(review_tasks.c.review_id == review.id))


def review_of(connection: Connection, case_id: int, code: str) -> Review | None:
    """The review of a case under a code; nobody else writes it until the transaction ends."""
    query = (
        select(reviews)
        .where(reviews.c.case_id == case_id, reviews.c.code == code)
        .with_for_update()
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _review(row)


def reviews_on(connection: Connection, case_id: int) -> Sequence[Review]:
    """Every review of a case, by code."""
    query = select(reviews).where(reviews.c.case_id == case_id).order_by(reviews.c.code)
    return [_review(row) for row in connection.execute(query)]


def open_reviews(connection: Connection, after: int = 0, most: int = 100) -> Sequence[Review]:
    """Every open review, in the order in which they were first opened."""
    query = (
        select(reviews)
        .where(reviews.c.closed_at.is_(None), reviews.c.id > after)
        .order_by(reviews.c.id)
        .limit(most)
    )
    return [_review(row) for row in connection.execute(query)]


def reviews_for(
    connection: Connection, person: str, after: int = 0, most: int = 100
) -> Sequence[tuple[Review, Case]]:
    """What a person is asked to review, with the case, in the order of cases.

    At most so many, but always all of one case.
    """
    asked = select(review_tasks.c.review_id).where(review_tasks.c.person == person)
    query = (
        select(reviews)
        .where(reviews.c.id.in_(asked), reviews.c.case_id > after)
        .order_by(reviews.c.case_id, reviews.c.code)
    )
    found = [_review(row) for row in connection.execute(query.limit(most))]
    if len(found) == most:
        last = found[-1].case_id
        rest = connection.execute(query.where(reviews.c.case_id == last))
        found = [each for each in found if each.case_id != last] + [_review(row) for row in rest]
    known = _cases_of(connection, found)
    return [(review, known[review.case_id]) for review in found]


def reviewers_of(connection: Connection, review_id: int) -> Sequence[Reviewer]:
    """Who is asked, by name."""
    query = (
        select(review_tasks)
        .where(review_tasks.c.review_id == review_id)
        .order_by(review_tasks.c.person, review_tasks.c.on_behalf_of)
    )
    return [Reviewer(row.person, row.on_behalf_of) for row in connection.execute(query)]


def _cases_of(connection: Connection, found: Iterable[Review]) -> dict[int, Case]:
    wanted = sorted({review.case_id for review in found})
    query = select(cases).where(cases.c.id.in_(wanted))
    return {row.id: case_of(row) for row in connection.execute(query)}


def _review(row: Row[*tuple[object, ...]]) -> Review:
    return Review(
        id=row.id,
        case_id=row.case_id,
        code=row.code,
        cause_id=row.cause_id,
        control=row.control,
        place=row.place,
        because=row.because,
        owner=row.owner,
        opened_at=row.opened_at,
        finding=row.finding,
        comment=row.comment,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )


def _values(review: Review) -> dict[str, object]:
    return {
        "case_id": review.case_id,
        "code": review.code,
        "cause_id": review.cause_id,
        "control": review.control,
        "place": review.place,
        "because": review.because,
        "owner": review.owner,
        "opened_at": review.opened_at,
        "finding": review.finding,
        "comment": review.comment,
        "closed_by": review.closed_by,
        "closed_at": review.closed_at,
    }
