"""Deutsche Texte: kurz für Anforderer und Genehmiger, ausführlich für die Revision."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.messages import Text

HELD: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "no_matrix": Text(
            "Für diesen Beleg gibt es keine Genehmigungstabelle.",
            "Keine gültige Genehmigungsdatei deckt Belege dieser Art für diese Gesellschaft ab"
            "[ ({detail})].",
        ),
        "ambiguous_matrices": Text(
            "Mehrere Genehmigungstabellen beanspruchen diesen Beleg.",
            "Mehrere Genehmigungsdateien mit gleichem Geltungsbereich decken diesen Beleg ab"
            "[: {detail}]. Die Richtlinie muss festlegen, welche entscheidet.",
        ),
        "no_row": Text(
            "Die Genehmigungstabelle enthält keine Zeile für diesen Beleg.",
            "Keine Zeile der Genehmigungsdatei trifft auf diesen Beleg zu[: {detail}].",
        ),
        "ambiguous_rows": Text(
            "Zwei Zeilen der Genehmigungstabelle geben verschiedene Antworten.",
            "Mehrere gleichrangige Zeilen treffen mit verschiedenen Antworten auf diesen Beleg zu"
            "[: {detail}].",
        ),
        "fact_missing": Text(
            "Eine Angabe, von der die Genehmigung abhängt, fehlt[: {detail}].",
            "Eine Angabe, von der eine Zeile oder Kontrolle abhängt, ist nicht bekannt"
            "[: {detail}]. Was ohne sie offenbleibt, könnte die Antwort ändern.",
        ),
        "commitment_value_missing": Text(
            "Der Wert der Verpflichtung fehlt[: {detail}].",
            "Der Betrag, der mit den Grenzen verglichen wird, lässt sich nicht feststellen"
            "[: {detail}]. Eine Bestellung über null braucht einen Höchstwert.",
        ),
        "fx_not_stated": Text(
            "Diese Währung kann nicht umgerechnet werden[: {detail}].",
            "Die Richtlinie legt nicht fest, wie Fremdwährungen umgerechnet werden[: {detail}].",
        ),
        "fx_date_missing": Text(
            "Das Datum für den Wechselkurs fehlt[: {detail}].",
            "Der Tag, dessen Kurs die Richtlinie verlangt, steht nicht auf dem Beleg[: {detail}].",
        ),
        "fx_rate_missing": Text(
            "Der Wechselkurs fehlt[: {detail}].",
            "Es gibt keinen Wechselkurs, den die Richtlinie zulässt[: {detail}].",
        ),
        "fx_rate_stale": Text(
            "Der Wechselkurs ist zu alt[: {detail}].",
            "Der neueste Wechselkurs ist älter, als die Richtlinie erlaubt[: {detail}]. "
            "Ein fehlender Kurs führt nie zu einer niedrigeren Genehmigungsstufe.",
        ),
        "amount_overflow": Text(
            "Der Betrag ist zu groß für einen Vergleich[: {detail}].",
            "Der umgerechnete Betrag lässt sich nicht mehr exakt führen "
            "(64 Bit kleinste Einheiten)[: {detail}].",
        ),
        "credits_not_stated": Text(
            "Die Richtlinie sagt nicht, wie Gutschriften genehmigt werden.",
            "Der Betrag ist negativ[: {detail}], und die Richtlinie legt `credits` nicht fest.",
        ),
        "person_unknown": Text(
            "Eine auf dem Beleg genannte Person ist nicht bekannt[: {detail}].",
            "Die Stammdaten zu diesem Zeitpunkt kennen weder Person noch Anmeldung dieses Namens"
            "[: {detail}].",
        ),
        "entity_unknown": Text(
            "Die Gesellschaft ist nicht bekannt[: {detail}].",
            "Die Richtlinie führt keine Gesellschaft dieses Namens[: {detail}].",
        ),
        "document_type_unknown": Text(
            "Belege dieser Art deckt die Richtlinie nicht ab[: {detail}].",
            "Die Richtlinie führt keine Belegart dieses Namens[: {detail}].",
        ),
        "no_eligible_approver": Text(
            "Niemand darf diesen Beleg genehmigen[: {detail}].",
            "Alle, die gefragt werden könnten, scheiden aus[: {detail}]. "
            "Die erforderliche Befugnis wird nicht gesenkt.",
        ),
        "authority_exceeded": Text(
            "Der Betrag übersteigt die Befugnis aller[: {detail}].",
            "Keine Genehmigungsgrenze der Personen in der Kette deckt den Betrag[: {detail}].",
        ),
        "guarantee_broken": Text(
            "Der Genehmigungsweg verletzte eine Zusicherung der Richtlinie[: {detail}].",
            "Der ermittelte Genehmigungsweg erfüllt eine Zusicherung der Richtlinie nicht"
            "[: {detail}].",
        ),
        "requirement_missing": Text(
            "Zuerst muss noch etwas vorgelegt werden[: {detail}].",
            "Ein Beleg, der keine Genehmigung braucht, hat noch eine offene Anforderung"
            "[: {detail}].",
        ),
        "silence": Text(
            "Niemand würde um Genehmigung gebeten.",
            "Der Genehmigungsweg enthält keine Genehmigung; Kenntnisnahme und Anhörung sind keine, "
            "und Schweigen genehmigt nie.",
        ),
        "held_by_policy": Text(
            "Die Richtlinie hält diesen Beleg an[: {reason}].",
            "Die Richtlinie bestimmt, dass dieser Beleg angehalten wird[: {reason}].",
        ),
    }
)

REFUSED: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "refused_by_policy": Text(
            "Die Richtlinie lehnt diesen Beleg ab[: {reason}].",
            "Die Richtlinie bestimmt, dass dieser Beleg abgelehnt wird[: {reason}].",
        ),
        "related_party_match": Text(
            "Zwischen dem Lieferanten und einer Person auf dem Beleg besteht eine Verbindung.",
            "Eine Angabe zum Lieferanten stimmt mit einer Angabe zu einer Person auf dem Beleg "
            "überein[: {detail}].",
        ),
    }
)

PASSED: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "self_approval": Text(
            "hat den Beleg angefordert",
            "ist die Person, deren Bedarf es ist; niemand genehmigt die eigene Anforderung",
        ),
        "same_person": Text(
            "hat den Beleg unter anderer Anmeldung angefordert",
            "ist mit der anfordernden Person identisch, unter anderer Anmeldung[ ({detail})]",
        ),
        "beneficiary": Text(
            "hätte selbst einen Vorteil davon",
            "ist durch den Beleg begünstigt und darf ihn nicht genehmigen",
        ),
        "inactive": Text(
            "ist an diesem Tag nicht beschäftigt",
            "ist zum Zeitpunkt der Entscheidung nicht aktiv",
        ),
        "absent": Text(
            "ist abwesend",
            "ist zum Zeitpunkt der Entscheidung als abwesend geführt, ohne wirksame Vertretung",
        ),
        "vacant": Text(
            "die Stelle ist nicht besetzt",
            "die Stelle ist zum Zeitpunkt der Entscheidung nicht besetzt",
        ),
        "barred": Text(
            "ist durch eine Kontrolle ausgeschlossen",
            "ist durch eine Kontrolle der Richtlinie ausgeschlossen[ ({detail})]",
        ),
        "related_party_match": Text(
            "ist mit dem Lieferanten verbunden",
            "eine Angabe zur Person stimmt mit dem Lieferanten überein[ ({detail})]",
        ),
        "declared_interest": Text(
            "hat ein Interesse am Lieferanten erklärt",
            "hat ein Interesse am Lieferanten erklärt und scheidet bei jedem Betrag aus"
            "[ ({detail})]",
        ),
        "segregation": Text(
            "scheidet wegen Funktionstrennung aus",
            "darf nach den Regeln der Funktionstrennung nicht genehmigen[ ({detail})]",
        ),
        "over_limit": Text(
            "hat keine Befugnis für diesen Betrag",
            "hat keine Genehmigungsgrenze, die den Betrag deckt[ ({detail})]",
        ),
        "delegation_limit": Text(
            "darf mit der übertragenen Befugnis nicht handeln",
            "die mit der Vertretung übertragene Befugnis deckt den Betrag nicht[ ({detail})]",
        ),
        "delegation_level_gap": Text(
            "steht für diese Vertretung zu weit unten",
            "die Vertretung überspringt mehr Stufen, als die Richtlinie erlaubt[ ({detail})]",
        ),
        "delegation_cap": Text(
            "vertritt nur bis zu einem niedrigeren Betrag",
            "der Betrag liegt über der Obergrenze der Vertretung[ ({detail})]",
        ),
        "delegation_scope": Text(
            "vertritt nicht für Belege dieser Art",
            "die Vertretung umfasst Beleg, Gesellschaft, Kategorie oder Ausgabenart nicht"
            "[ ({detail})]",
        ),
        "delegation_loop": Text(
            "die Vertretungen führen im Kreis",
            "die Vertretungen führen zum Ausgangspunkt zurück[ ({detail})]",
        ),
        "delegation_depth": Text(
            "darf die Vertretung nicht weitergeben",
            "die Vertretung wurde öfter weitergegeben, als die Richtlinie erlaubt[ ({detail})]",
        ),
        "delegation_too_long": Text(
            "die Vertretung dauert zu lange",
            "die Vertretung ist länger, als die Richtlinie erlaubt[ ({detail})]",
        ),
        "delegation_paper": Text(
            "für die Vertretung fehlt ein Nachweis",
            "ein Nachweis, den die Richtlinie für die Vertretung verlangt, fehlt[ ({detail})]",
        ),
        "delegation_not_allowed": Text(
            "diese Befugnis darf nicht übertragen werden",
            "keine Zeile der Richtlinie erlaubt diese Vertretung[ ({detail})]",
        ),
        "delegation_revoked": Text(
            "die Vertretung wurde widerrufen",
            "die Vertretung wurde vor dem Zeitpunkt der Entscheidung widerrufen[ ({detail})]",
        ),
        "stand_in_limit": Text(
            "darf für diesen Betrag nicht einspringen",
            "der Betrag liegt über dem, was die Ersatzperson genehmigen darf[ ({detail})]",
        ),
        "stand_in_requirement": Text(
            "eine Voraussetzung für das Einspringen fehlt",
            "eine Voraussetzung der Richtlinie für das Einspringen ist nicht erfüllt[ ({detail})]",
        ),
    }
)

FINDINGS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "requirement_missing": Text(
            "Noch vorzulegen: {requirement}",
            "Von der Richtlinie verlangt und bei diesem Beleg nicht erfüllt: {requirement}",
        ),
        "requirement_undecided": Text(
            "Noch nicht prüfbar: {requirement}",
            "Von der Richtlinie verlangt und nicht entschieden, weil eine Angabe fehlt: "
            "{requirement}",
        ),
    }
)

REVIEWS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "structuring_suspect": Text(
            "Mehrere Bestellungen gehören möglicherweise zusammen.",
            "Belege, die zu einer Summe zählen, wurden möglicherweise aufgeteilt, um unter einer "
            "Grenze zu bleiben.",
        ),
    }
)

NOTES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "vacant_climb": Text(
            "anstelle einer unbesetzten Stelle",
            "die Stelle darunter ist unbesetzt; gefragt wird die nächsthöhere, die erforderliche "
            "Befugnis sinkt nicht",
        ),
        "absent_climb": Text(
            "anstelle einer abwesenden Person",
            "die Person darunter ist ohne Vertretung abwesend; gefragt wird die nächsthöhere",
        ),
        "barred_climb": Text(
            "anstelle einer Person, die hier nicht genehmigen darf",
            "die Person darunter darf diesen Beleg nicht genehmigen; gefragt wird die nächsthöhere",
        ),
    }
)

REASONS: Final[Mapping[str, Text]] = MappingProxyType({})
