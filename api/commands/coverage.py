"""How coverage is shown: a table a file, and everything that no test exercised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import typer
from rich.text import Text

from api.commands.decide import plain_table
from api.commands.terminal import Output
from api.texts import plain
from rules.testing.coverage import Counted, Coverage, Sort

HEADINGS: Final = {Sort.RULE: "rules", Sort.BOUND: "boundaries", Sort.CODE: "codes"}
_SHARE: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%?")


def least_share(text: str) -> Fraction | None:
    """The share that `--min-coverage` means; `None` if it is not asked. Raises a usage error."""
    if not text:
        return None
    found = _SHARE.fullmatch(text)
    share = Fraction(found[1]) / 100 if found is not None else None
    if share is None or share > 1:
        raise typer.BadParameter(
            f"expected a percentage such as `90%`, found `{plain(text)}`",
            param_hint="--min-coverage",
        )
    return share


def show_coverage(output: Output, found: Coverage) -> None:
    """The table, then what is not covered, by place."""
    table = plain_table("covered by tests", *HEADINGS.values())
    for column in table.columns[1:]:
        column.justify = "right"
    for file in found.files():
        cells = [_cell(found.counted(sort, file)) for sort in HEADINGS]
        table.add_row(Text(plain(file)), *cells)
    table.add_row(Text("all", "bold"), *[_cell(found.counted(sort)) for sort in HEADINGS])
    output.say()
    output.show(table)
    total = found.counted()
    output.say()
    output.say(f"{total.hit} of {total.total} covered: {total.percent}", "bold")
    missed = found.missed()
    if missed:
        output.say("not covered:")
    for item in missed:
        output.say(f"  {item.place}: {item.what}")
    if found.codes:
        codes = ", ".join(f"{code} {count}" for code, count in found.codes.items())
        output.say(f"codes that came out: {codes}")


def _cell(counted: Counted) -> Text:
    if not counted.total:
        return Text("-", "dim")
    style = "green" if counted.hit == counted.total else "yellow"
    return Text(f"{counted.hit}/{counted.total}", style)


def plain_coverage(found: Coverage, least: Fraction | None) -> Mapping[str, object]:
    """The same as plain values."""
    total = found.counted()
    return {
        "covered": total.hit,
        "total": total.total,
        "percent": total.percent,
        "enough": least is None or total.share >= least,
        "files": {
            file: {
                name: {"covered": counted.hit, "total": counted.total}
                for sort, name in HEADINGS.items()
                for counted in [found.counted(sort, file)]
            }
            for file in found.files()
        },
        "not_covered": [
            {"sort": str(item.sort), "place": str(item.place), "what": item.what}
            for item in found.missed()
        ],
        "codes": dict(found.codes),
    }


def too_little(found: Coverage, least: Fraction | None) -> str:
    """Why the coverage is not enough; empty where it is."""
    total = found.counted()
    if least is None or total.share >= least:
        return ""
    return (
        f"error: the tests cover {total.percent} ({total.hit} of {total.total}), "
        f"and at least {percent_text(least)} is asked for"
    )


def percent_text(share: Fraction) -> str:
    """A share as it was asked for."""
    return f"{float(share * 100):g}%"
