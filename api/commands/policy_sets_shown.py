"""Policy sets in force and proposed ones, on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.text import Text

from api.commands.decide import plain_table
from api.commands.terminal import Output
from api.texts import plain

Plain = Mapping[str, Any]
WIDTH: Final = len("different")
SHORT: Final = 19  # `sha256:` and twelve signs


def show_sets(output: Output, found: Plain) -> None:
    """What is in force, and what was."""
    output.say(f"in force: {found['in_force']}", "bold")
    for each in found["history"]:
        span = f"{each['since']} to {each['until'] or 'now'}"
        output.say(f"  {span}: {each['set'][:SHORT]} ({each['how']}, record {each['position']})")
    before = found["before"]
    output.say(f"going back would put {before[:SHORT]} in force" if before else "nothing before it")


def show_proposals(output: Output, found: Sequence[Plain]) -> None:
    """Proposals, newest first."""
    if not found:
        output.say("nothing was proposed")
        return
    table = plain_table("case", "proposed by", "stands", "approval", "from", "because")
    for each in found:
        code = f" ({each['code']})" if each["code"] else ""
        table.add_row(
            each["case"],
            Text(plain(each["proposed_by"])),
            f"{each['status']}{code}",
            each["approval"],
            each["effective_at"] or "at once",
            Text(plain(each["because"])),
        )
    output.show(table)


def show_proposal(output: Output, found: Plain) -> None:
    """One proposal, with everything in which it differs from the set that it is based on."""
    head = f"{found['case']}: {found['status']}, {found['approval']}"
    output.say(Text(plain(head), style="bold"))
    output.say(f"proposed by {found['proposed_by']}: {found['because']}")
    output.say(f"set {found['set']}", "dim")
    output.say(f"based on {found['based_on']}", "dim")
    if found["effective_at"]:
        output.say(f"from {found['effective_at']} on")
    if not found["is_based_on_what_is_in_force"] and found["status"] in ("proposed", "scheduled"):
        output.say("another set is in force by now: propose it again", "yellow")
    for each in found["differences"]:
        output.say(f"  {each['direction'].ljust(WIDTH)}  {each['says']}")
    for each in found["effects"]:
        output.say(f"  {each['direction'].ljust(WIDTH)}  {each['documents']}")
        output.say(f"  {' ' * WIDTH}  before: {each['before']}; now: {each['after']}")
    for why in found["not_proved"]:
        output.say(f"  not proved: {why}", "yellow")
