"""Whoever is asked puts a question to somebody; the answer is on record and approves nothing.

His own task stays open meanwhile, and shows that a question waits.
"""

from __future__ import annotations

from adapters.store import arrangements
from adapters.store.arrangements import Question
from adapters.store.trail import append
from api.usecases.casework.action import Acted, On, Route, entry, refused
from api.usecases.casework.entitled import task_of


def ask(on: On, route: Route) -> Acted:
    """Puts a question to anybody of the organization who is active."""
    task = task_of(on, route)
    if isinstance(task, str):
        return refused(on, task, route.decision)
    person = on.current.data.person_of(on.action.to, on.now)
    if person is None or not on.current.data.people[person].is_active(on.now):
        return refused(on, "person_unknown", route.decision)
    if person == on.person:
        return refused(on, "same_person", route.decision)
    if not on.action.comment.strip():
        return refused(on, "comment_missing", route.decision)
    asked = Question(on.case.id, 0, on.person, person, on.action.comment, on.now)
    kept = arrangements.add_question(on.connection, asked)
    made = entry(on, on.case, route.decision, "action", question=kept.number, asked=person)
    append(on.connection, [made])
    return Acted(on.case)


def reply(on: On) -> Acted:
    """Whoever was asked answers, whatever has become of the case meanwhile."""
    found = next(
        (
            question
            for question in arrangements.questions_on(on.connection, on.case.id)
            if question.number == on.action.number
        ),
        None,
    )
    if found is None or found.person != on.person:
        return refused(on, "not_asked")
    if found.answered_at is not None:
        return refused(on, "answered_already")
    if not on.action.comment.strip():
        return refused(on, "comment_missing")
    arrangements.answer_question(on.connection, on.case.id, found.number, on.action.comment, on.now)
    append(on.connection, [entry(on, on.case, None, "action", question=found.number)])
    return Acted(on.case)
