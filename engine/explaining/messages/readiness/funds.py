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
            "The lines are charged to several cost centers, or to none: {cost_centers}.",
            "A budget is asked for one cost center at a time; the lines have {cost_centers}.",
        ),
        "budget_unknown": Text(
            "The cost center {cost_center} has no budget on {day}.",
            "Master data have no single budget of the cost center {cost_center} for {day} to "
            "compare `{total}` with.",
        ),
        "budget_total_unknown": Text(
            "What was spent of the budget of {cost_center} is not known.",
            "The total `{total}` of the cost center {cost_center} cannot be told, or not in the "
            "currency of its budget ({day}).",
        ),
        "budget_exceeded": Text(
            "The budget of {cost_center} is {budget}; with this it would be {spent}.",
            "With this document `{total}` of the cost center {cost_center} is {spent} on {day}, "
            "above its budget of {budget}.",
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
            "Die Zeilen sind auf mehrere oder keine Kostenstellen kontiert: {cost_centers}.",
            "Ein Budget wird für eine Kostenstelle gefragt; die Zeilen haben {cost_centers}.",
        ),
        "budget_unknown": Text(
            "Die Kostenstelle {cost_center} hat am {day} kein Budget.",
            "Die Stammdaten haben für die Kostenstelle {cost_center} am {day} kein einzelnes "
            "Budget, mit dem `{total}` verglichen werden kann.",
        ),
        "budget_total_unknown": Text(
            "Was vom Budget von {cost_center} ausgegeben wurde, ist nicht bekannt.",
            "Die Summe `{total}` der Kostenstelle {cost_center} ist nicht zu sagen, oder nicht in "
            "der Währung ihres Budgets ({day}).",
        ),
        "budget_exceeded": Text(
            "Das Budget von {cost_center} ist {budget}; hiermit wären es {spent}.",
            "Mit diesem Beleg ist `{total}` der Kostenstelle {cost_center} am {day} {spent}, mehr "
            "als ihr Budget von {budget}.",
        ),
    }
)
