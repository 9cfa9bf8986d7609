"""Logs as anybody may send them: what is read, what is left out and where, what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.sources.event_logs import Columns, LogRefused, Quarantined, read_log
from adapters.sources.event_logs.streams import lines
from api.cli import app
from engine.conformance.traces import Trace

HEAD = "case,what,at,who,role"
COLUMNS = Columns("case", "what", "at", "who", "role")
XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <global scope="event"><string key="concept:name" value="none"/></global>
  <trace>
    <string key="concept:name" value="T-1"/>
    <float key="amount" value="12.5"/>
    <event>
      <string key="concept:name" value="approve"><string key="concept:name" value="inner"/></string>
      <date key="time:timestamp" value="2027-03-02T10:00:00Z"/>
      <string key="org:role" value="cfo"/>
      <string key="lifecycle:transition" value="complete"/>
    </event>
    <event>
      <string key="concept:name" value="approve"/>
      <date key="time:timestamp" value="2027-03-01T10:00:00+01:00"/>
      <string key="lifecycle:transition" value="start"/>
    </event>
    <event>
      <string key="concept:name" value="submit"/>
      <date key="time:timestamp" value="2027-03-01T10:00:00+01:00"/>
    </event>
  </trace>
  <trace>
    <string key="concept:name" value="T-2"/>
    <event>
      <string key="concept:name" value="submit"/>
      <date key="time:timestamp" value="yesterday"/>
    </event>
  </trace>
</log>
"""


def csv_log(folder: Path, *rows: str, head: str = HEAD, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def read(path: Path, columns: Columns = COLUMNS) -> list[Trace | Quarantined]:
    return list(read_log(path, columns))


def test_a_bad_row_takes_its_case_along_and_no_other(tmp_path: Path) -> None:
    path = csv_log(
        tmp_path,
        "1,pay,2027-03-02T10:00:00Z,ann,clerk",
        "1,approve,2027-03-01T10:00:00Z,bob,boss",
        "2,approve,2027-03-01T10:00:00Z,bob,boss",
        "2,pay,tomorrow,ann,clerk",
        "3,pay,2027-03-02T10:00:00,ann,clerk",
        "4,pay,2027-03-02T10:00:00Z,ann",
        ",pay,2027-03-02T10:00:00Z,ann,clerk",
        "5,,2027-03-02T10:00:00Z,ann,clerk",
        "6,pay,2027-03-02T10:00:00Z,ann,clerk",
    )
    first, *bad, last = read(path)
    assert isinstance(first, Trace)
    assert [event.activity for event in first.events] == ["approve", "pay"]
    assert first.events[0].person == "bob"
    assert [(each.place, each.code) for each in bad if isinstance(each, Quarantined)] == [
        ("row 5", "invalid_moment"),
        ("row 6", "moment_without_zone"),
        ("row 7", "wrong_row"),
        ("row 8", "no_case"),
        ("row 9", "no_activity"),
    ]
    assert isinstance(last, Trace)


def test_moments_may_be_local_and_written_in_another_way(tmp_path: Path) -> None:
    path = csv_log(tmp_path, "1,pay,02.07.2027 10:00,ann,clerk")
    columns = Columns(
        *("case", "what", "at", "who", "role", ""), format="%d.%m.%Y %H:%M", zone="Europe/Berlin"
    )
    [found] = read(path, columns)
    assert isinstance(found, Trace)
    assert found.events[0].at.isoformat() == "2027-07-02T10:00:00+02:00"


def test_rows_of_a_case_that_stand_apart_refuse_the_log(tmp_path: Path) -> None:
    rows = [f"{case},pay,2027-03-02T10:00:00Z,ann,clerk" for case in "121"]
    with pytest.raises(LogRefused, match=r"log.csv: row 4: .*together"):
        read(csv_log(tmp_path, *rows))


@pytest.mark.parametrize(
    ("head", "row", "said"),
    [
        ("case,at,who,role", "1,2,3,4", "expected a column `what`"),
        ("case,what,at,who,role,role", "1,2,3,4,5,6", "each column once"),
        (HEAD, '1,"pay', "line 2"),
        (HEAD, "1," + "x" * 200_000, "field larger"),
        (HEAD, "x" * 1_000_001, "at most 1,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_such_log_is_refused_with_its_place(
    tmp_path: Path, head: str, row: str, said: str
) -> None:
    with pytest.raises(LogRefused, match=said):
        read(csv_log(tmp_path, row, head=head))


def test_what_is_cut_short_or_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(b"case,what,at,who,role\n" * 1_000)[:-9])
    with pytest.raises(LogRefused, match="a whole file"):
        read(cut)
    with gzip.open(tmp_path / "large.gz", "wb") as packed:
        packed.write(b"a\n" * 10_000)
    with (
        gzip.open(tmp_path / "large.gz") as stream,
        pytest.raises(LogRefused, match="expected at most"),
    ):
        list(lines(stream, most=5_000))  # type: ignore[arg-type]


def test_a_trace_of_xes_is_read_with_what_the_standard_names(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text(XES, encoding="utf-8")
    good, bad = read(path, Columns())
    assert isinstance(good, Trace)
    assert good.id == "T-1"
    assert good.value("amount") == "12.5"
    assert [(event.activity, event.role) for event in good.events] == [
        ("submit", ""),
        ("approve", "cfo"),  # what stands within an attribute is not the event's
    ]
    assert isinstance(bad, Quarantined)
    assert (bad.case, bad.place, bad.code) == ("T-2", "line 25", "invalid_moment")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE log [<!ENTITY a "b">]>' + XES.partition("\n")[2], "no document type"),
        (XES.replace("</log>", ""), "expected XML"),
        ("<html></html>", "expected a log of XES, found `html`"),
        ("<log>" + "<a>" * 50, "40 levels"),
        ('<?xml version="1.0" encoding="nonsense"?><log/>', "UTF-8"),
    ],
)
def test_hostile_xml_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "log.xes"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LogRefused, match=said):
        read(path, Columns())


def test_a_value_that_is_stated_twice_takes_its_trace_along(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    twice = '<float key="amount" value="12.5"/>'
    path.write_text(XES.replace(twice, twice + twice.replace("12", "13")), encoding="utf-8")
    first, _ = read(path, Columns())
    assert isinstance(first, Quarantined)
    assert first.code == "stated_twice"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("kind: other\nchecks: []\n", "rules.yaml:1:1: "),
        ("kind: conformance\nchecks: []\n", "rules.yaml:2:1: "),
        ("kind: conformance\nchecks: [{name: a}]\n", "exactly one of"),
        ("kind: conformance\nchecks: [{name: a, has: {activty: b}}]\n", "no key `activty`"),
        ("kind: conformance\nchecks: [{name: a, has: {}}]\n", "expected an activity"),
        ("kind: conformance\nlog: {zone: Mars}\nchecks: [{name: a, has: {role: b}}]", "time zone"),
        ("kind: conformance\nchecks: [{name: A, has: {role: b}}]\n", "rules.yaml:2:11: "),
        (
            "kind: conformance\nchecks:\n- {name: a, has: {role: b}}\n- {name: a, has: {role: c}}",
            "`a` is there twice",
        ),
        ("kind: [", "rules.yaml:2:1: "),
        ("", "rules.yaml"),
    ],
)
def test_rules_that_say_something_else_are_refused_with_their_place(
    tmp_path: Path, rules: str, said: str
) -> None:
    file, log = tmp_path / "rules.yaml", csv_log(tmp_path)
    file.write_text(rules, encoding="utf-8")
    done = CliRunner().invoke(app, ["conformance", str(log), "--rules", str(file)])
    assert done.exit_code == 4
    assert said in done.output
