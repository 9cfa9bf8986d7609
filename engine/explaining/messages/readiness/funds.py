"""What is said of rates and budgets before a document posts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "rate_missing": Text(
            "There is no rate {pair} for {day}.",
            "The amount cannot be posted in the currency of the entity: there is no usable rate "
            "{pair} for {day} ({reason}).",
        ),
        "rate_missing_in_erp": Text(
            "The ERP has no rate {pair} for {day}.",
            "Master data have a rate {pair} for {day}, the ERP has none. The stricter answer "
            "counts.",
        ),
        "budget_undecided": Text(
            "Not every line is charged to a cost center: {cost_centers}.",
            "A budget is asked for each cost center, and a line without one has none; the lines "
            "have {cost_centers}.",
        ),
        "budget_by_account": Text(
            "{cost_center} has budgets by account, and `{total}` is not added up by account.",
            "The cost center {cost_center} has a budget of its own for {gl_account}, and its lines "
            "have several accounts. What is spent of it can be told only where `{total}` is the "
            "same by `gl_account` too.",
        ),
        "budget_unknown": Text(
            "The cost center {cost_center} has no budget[ for account {gl_account}] on {day}.",
            "Master data have no single budget of the cost center {cost_center}[ for account "
            "{gl_account}] for {day} to compare `{total}` with.",
        ),
        "budget_total_unknown": Text(
            "What was spent of the budget of {cost_center} is not known.",
            "The total `{total}` of the cost center {cost_center}[, account {gl_account},] cannot "
            "be told, or not in the currency of its budget ({day}).",
        ),
        "budget_exceeded": Text(
            "The budget of {cost_center} is {budget}; with this it would be {spent}.",
            "With this document `{total}` of the cost center {cost_center}[, account {gl_account},"
            "] is {spent} on {day}, above its budget of {budget}.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "rate_missing": Text(
            "Es gibt keinen Kurs {pair} für den {day}.",
            "Der Betrag kann nicht in der Währung der Gesellschaft gebucht werden: kein "
            "brauchbarer Kurs {pair} für den {day} ({reason}).",
        ),
        "rate_missing_in_erp": Text(
            "Das ERP hat keinen Kurs {pair} für den {day}.",
            "Die Stammdaten haben einen Kurs {pair} für den {day}, das ERP nicht. Die strengere "
            "Antwort zählt.",
        ),
        "budget_undecided": Text(
            "Nicht jede Zeile ist auf eine Kostenstelle kontiert: {cost_centers}.",
            "Ein Budget wird für jede Kostenstelle gefragt, eine Zeile ohne Kostenstelle hat "
            "keines; die Zeilen haben {cost_centers}.",
        ),
        "budget_by_account": Text(
            "{cost_center} hat Budgets je Konto, und `{total}` ist keine Summe je Konto.",
            "Die Kostenstelle {cost_center} hat ein eigenes Budget für {gl_account}, und ihre "
            "Zeilen haben mehrere Konten. Was davon ausgegeben ist, lässt sich nur sagen, wo "
            "`{total}` auch nach `gl_account` trennt.",
        ),
        "budget_unknown": Text(
            "Die Kostenstelle {cost_center} hat am {day} kein Budget[ für Konto {gl_account}].",
            "Die Stammdaten haben für die Kostenstelle {cost_center}[, Konto {gl_account},] am "
            "{day} kein einzelnes Budget, mit dem `{total}` verglichen werden kann.",
        ),
        "budget_total_unknown": Text(
            "Was vom Budget von {cost_center} ausgegeben wurde, ist nicht bekannt.",
            "Die Summe `{total}` der Kostenstelle {cost_center}[, Konto {gl_account},] ist nicht "
            "zu sagen, oder nicht in der Währung ihres Budgets ({day}).",
        ),
        "budget_exceeded": Text(
            "Das Budget von {cost_center} ist {budget}; hiermit wären es {spent}.",
            "Mit diesem Beleg ist `{total}` der Kostenstelle {cost_center}[, Konto {gl_account},] "
            "am {day} {spent}, mehr als ihr Budget von {budget}.",
        ),
    }
)
