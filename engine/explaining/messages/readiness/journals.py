"""What is said of journal entries."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "journal_unbalanced": Text(
            "Debits are {debits}, credits {credits}.",
            "The entry[ in the ledger {ledger}] debits {debits} and credits {credits}. Both"
            " have to be equal.",
        ),
        "journal_moves_nothing": Text(
            "The entry moves nothing.",
            "The entry debits and credits nothing, or a line states no amount.",
        ),
        "journal_tax_unbalanced": Text(
            "The tax on the lines does not balance.",
            "The tax stated on the lines[ in the ledger {ledger}] sums to {tax}, beside "
            "debits of {debits} and credits of {credits}. It has to come to nothing.",
        ),
        "reversal_of_nothing": Text(
            "The reversal names no entry.",
            "A reversal names the id of the entry that it takes back in `reverses`.",
        ),
        "reversed_entry_not_posted": Text(
            "The entry {entry} is not one posted entry.",
            "No entry or more than one is known by the id {entry}, or it is not in the "
            "books. Only what was posted is taken back.",
        ),
        "reversal_of_reversal": Text(
            "The entry {entry} is a reversal itself.",
            "The entry {entry} takes another one back. What was taken back wrongly is "
            "entered anew.",
        ),
        "reversal_not_mirrored": Text(
            "The reversal does not mirror {entry}: {fields}.",
            "Another than in the entry {entry}: {fields}. A reversal has its lines with "
            "every sign turned, and nothing else.",
        ),
        "reversal_period_unknown": Text(
            "The period of the reversal of {entry} is not known.",
            "The master data have no one period of the general ledger for the days of "
            "{entry} and of its reversal.",
        ),
        "reversal_too_early": Text(
            "The reversal of {entry} is not in a later period.",
            "The entry {entry} is in the period {period}, and its reversal posts on {day}, "
            "which is no later period.",
        ),
        "reversed_already": Text(
            "The entry {entry} is taken back by {other} already.",
            "{other}[ ({case})] takes the entry {entry} back. An entry is taken back once.",
        ),
        "accrual_without_reversal": Text(
            "The accrual does not say when it is taken back.",
            "An accrual states in `reverse_on` the day on which it is taken back.",
        ),
        "accrual_reversed_too_early": Text(
            "The accrual is taken back in its own period.",
            "The accrual is in the period {period} and is to be taken back on {day}, which "
            "is no later period.",
        ),
        "recurring_without_plan": Text(
            "The recurring entry names no plan.",
            "A recurring entry names the plan that it follows in `recurring_plan`.",
        ),
        "recurring_other_coding": Text(
            "The entry is coded otherwise than the first of the plan {plan}.",
            "The first entry of the plan {plan}, {first}[ ({case})], has other accounts, "
            "cost centers or another ledger.",
        ),
        "recurring_not_comparable": Text(
            "The entry cannot be compared with the first of the plan {plan}.",
            "The entry and the first one of the plan {plan}, {first}[ ({case})], state no "
            "amount in one currency.",
        ),
        "recurring_above_plan": Text(
            "{amount} is above the {approved} of the plan {plan}.",
            "The entry moves {amount}; approved with {first}[ ({case})] of the plan {plan} "
            "was {approved}.",
        ),
        "prepared_and_approved": Text(
            "{person} prepared and approved it.",
            "{person} prepared or submitted the document, or is related to who did, and "
            "acted on its route.",
        ),
        "approved_by_nobody_else": Text(
            "Nobody but who prepared it has approved it.",
            "The policy asks for an approval by another person than who prepared the "
            "document; there is none.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "journal_unbalanced": Text(
            "Soll ist {debits}, Haben {credits}.",
            "Die Buchung[ im Hauptbuch {ledger}] hat {debits} im Soll und {credits} im "
            "Haben. Beides muss gleich sein.",
        ),
        "journal_moves_nothing": Text(
            "Die Buchung bewegt nichts.",
            "Die Buchung hat nichts in Soll und Haben, oder eine Zeile nennt keinen Betrag.",
        ),
        "journal_tax_unbalanced": Text(
            "Die Steuer der Zeilen geht nicht auf.",
            "Die Steuer der Zeilen[ im Hauptbuch {ledger}] ergibt {tax}, neben {debits} im "
            "Soll und {credits} im Haben. Sie muss null ergeben.",
        ),
        "reversal_of_nothing": Text(
            "Das Storno nennt keine Buchung.",
            "Ein Storno nennt in `reverses` die Nummer der Buchung, die es zurücknimmt.",
        ),
        "reversed_entry_not_posted": Text(
            "Die Buchung {entry} ist nicht eine gebuchte.",
            "Mit der Nummer {entry} ist keine oder mehr als eine Buchung bekannt, oder sie "
            "ist nicht gebucht. Zurückgenommen wird nur Gebuchtes.",
        ),
        "reversal_of_reversal": Text(
            "Die Buchung {entry} ist selbst ein Storno.",
            "Die Buchung {entry} nimmt eine andere zurück. Was zu Unrecht storniert wurde, "
            "wird neu gebucht.",
        ),
        "reversal_not_mirrored": Text(
            "Das Storno spiegelt {entry} nicht: {fields}.",
            "Anders als in der Buchung {entry}: {fields}. Ein Storno hat deren Zeilen mit "
            "umgekehrten Vorzeichen und sonst nichts.",
        ),
        "reversal_period_unknown": Text(
            "Die Periode zum Storno von {entry} ist nicht bekannt.",
            "Die Stammdaten haben für die Tage von {entry} und seinem Storno nicht je eine "
            "Periode des Hauptbuchs.",
        ),
        "reversal_too_early": Text(
            "Das Storno von {entry} liegt in keiner späteren Periode.",
            "Die Buchung {entry} liegt in der Periode {period}, ihr Storno bucht am {day}; "
            "das ist keine spätere.",
        ),
        "reversed_already": Text(
            "Die Buchung {entry} ist durch {other} schon storniert.",
            "{other}[ ({case})] nimmt die Buchung {entry} zurück. Eine Buchung wird einmal "
            "storniert.",
        ),
        "accrual_without_reversal": Text(
            "Die Abgrenzung sagt nicht, wann sie aufgelöst wird.",
            "Eine Abgrenzung nennt in `reverse_on` den Tag ihrer Auflösung.",
        ),
        "accrual_reversed_too_early": Text(
            "Die Abgrenzung wird in ihrer eigenen Periode aufgelöst.",
            "Die Abgrenzung liegt in der Periode {period} und soll am {day} aufgelöst "
            "werden; das ist keine spätere.",
        ),
        "recurring_without_plan": Text(
            "Die wiederkehrende Buchung nennt keinen Plan.",
            "Eine wiederkehrende Buchung nennt in `recurring_plan` den Plan, dem sie folgt.",
        ),
        "recurring_other_coding": Text(
            "Die Buchung ist anders kontiert als die erste des Plans {plan}.",
            "Die erste Buchung des Plans {plan}, {first}[ ({case})], hat andere Konten, "
            "Kostenstellen oder ein anderes Hauptbuch.",
        ),
        "recurring_not_comparable": Text(
            "Die Buchung ist mit der ersten des Plans {plan} nicht vergleichbar.",
            "Die Buchung und die erste des Plans {plan}, {first}[ ({case})], nennen keinen "
            "Betrag in einer Währung.",
        ),
        "recurring_above_plan": Text(
            "{amount} liegt über den {approved} des Plans {plan}.",
            "Die Buchung bewegt {amount}; genehmigt wurden mit {first}[ ({case})] des Plans"
            " {plan} {approved}.",
        ),
        "prepared_and_approved": Text(
            "{person} hat es erstellt und genehmigt.",
            "{person} hat den Beleg erstellt oder eingereicht oder ist mit dem verwandt, "
            "der es tat, und hat in seinem Lauf gehandelt.",
        ),
        "approved_by_nobody_else": Text(
            "Niemand außer dem Ersteller hat es genehmigt.",
            "Die Richtlinie verlangt die Genehmigung einer anderen Person als der, die den "
            "Beleg erstellt hat; es gibt keine.",
        ),
    }
)
