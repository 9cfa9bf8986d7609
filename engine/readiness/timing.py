"""Time: the hours in which an entity posts, and how old data may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from engine.business_time import BusinessCalendar, calendar_of, instant, local_day
from engine.readiness.check import Check, Complaint
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated

MASTER_DATA: Final = "master_data"
_FURTHEST: Final = 60  # days looked through for the next window


@dataclass(frozen=True, slots=True)
class PostingWindow(Check):
    """Postings go out between two times of day of the entity, on business days or every day.

    `closes` no longer belongs to it; where it is not after `opens`, the window runs past midnight
    and belongs to the day on which it opened.
    """

    word: ClassVar[str] = "posting_window"
    says: ClassVar[str] = "it posts in the hours in which the entity posts"

    opens: int = stated(Kind.CLOCK, "from when on: `22:00`, by clocks of the entity")
    closes: int = stated(Kind.CLOCK, "until when, not included")
    days: str = stated(
        Kind.WORD,
        "the days on which it opens",
        words=("business_days", "every_day"),
        default="business_days",
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """A window without any length."""
        if self.opens == self.closes:
            message = "`posting_window` opens and closes at one time"
            yield Complaint("contradiction", message, "without it, postings go at every hour")

    def ask(self, on: Asked) -> Iterator[Finding]:
        """The window is closed now; it clears by itself when it opens."""
        calendar = calendar_of(on.entity, on.data.holidays)
        today = local_day(on.now, on.entity.zone)
        for first in (today, today - timedelta(days=1)):  # yesterday's may run past midnight
            if any(start <= on.now < end for start, end in self._spans(first, 1, calendar)):
                return
        later = (start for start, _ in self._spans(today, _FURTHEST, calendar))
        opens_at = next((start for start in later if start > on.now), None)
        zone = ZoneInfo(on.entity.zone)
        said = "" if opens_at is None else opens_at.astimezone(zone).isoformat()
        finding = on.finding("window_closed", Evidence.WAITING, opens_at=said)
        yield replace(finding, clears_at=opens_at)

    def _spans(
        self, first: date, count: int, calendar: BusinessCalendar
    ) -> Iterator[tuple[datetime, datetime]]:
        """The windows that open on so many days from the first on, with their ends."""
        for ahead in range(count):
            day = first + timedelta(days=ahead)
            if self.days == "every_day" or calendar.is_business_day(day):
                yield self._span(day, calendar)

    def _span(self, day: date, calendar: BusinessCalendar) -> tuple[datetime, datetime]:
        last = day if self.closes > self.opens else day + timedelta(days=1)
        clock = datetime.combine(day, time()) + timedelta(minutes=self.opens)
        other = datetime.combine(last, time()) + timedelta(minutes=self.closes)
        return instant(clock, calendar.zone), instant(other, calendar.zone)


@dataclass(frozen=True, slots=True)
class DataFresh(Check):
    """Data that a source gave are not older than the policy says; nobody knows is too old."""

    word: ClassVar[str] = "data_fresh"
    says: ClassVar[str] = "what it is checked against is not too old"
    sees_ages: ClassVar[bool] = True

    hours: int = stated(
        Kind.WHOLE, "how many hours old data may be at most", stricter=Stricter.SMALLER
    )
    sources: frozenset[str] = stated(
        Kind.TEXTS,
        "whose data: `master_data` if unsaid",
        stricter=Stricter.MORE,
        default=frozenset({MASTER_DATA}),
    )

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Each source whose data are too old, or of which nobody knows how old."""
        for source in sorted(self.sources):
            loaded = on.beside.loaded_at.get(source)
            if loaded is None:
                yield on.finding("data_age_unknown", Evidence.FRESH_DATA, source=source)
            elif on.now - loaded > timedelta(hours=self.hours):
                since = loaded.astimezone(ZoneInfo(on.entity.zone)).isoformat()
                words = {"source": source, "since": since, "hours": str(self.hours)}
                yield on.finding("data_too_old", Evidence.FRESH_DATA, **words)


CHECKS: Final = (PostingWindow, DataFresh)
