"""Deutsche Texte: kurz für Anforderer und Genehmiger, ausführlich für die Revision."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

HELD: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "no_matrix": Text(
            "Für diesen Beleg gibt es keine Genehmigungstabelle.",
            "Keine gültige Genehmigungsdatei deckt Belege dieser Art für diese Gesellschaft ab"
            "[ ({detail})].",
        ),
        "decided_elsewhere": Text(
            "Das geschah, bevor hier darüber entschieden werden konnte.",
            "Der Beleg ist Vergangenheit[: {detail}]. Er wurde anderswo entschieden, bevor dieser "
            "Dienst etwas entschied; er zählt mit, und hier kann nichts mehr mit ihm geschehen.",
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
        "contract_unknown": Text(
            "Der Vertrag ist nicht bekannt[: {detail}].",
            "Die Stammdaten kennen für den Lieferanten keinen Vertrag die"
            "ses Namens[: {detail}]; Regeln über Verträge lassen sich nicht anwenden.",
        ),
        "supplier_unknown": Text(
            "Der Lieferant ist nicht bekannt[: {detail}].",
            "Die Stammdaten kennen keinen Lieferanten dieses Namens[: {detail}]; ob er eine "
            "nahestehende Person ist, lässt sich deshalb nicht sagen.",
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
        "no_owner": Text(
            "Für das belastete Objekt ist niemand als verantwortlich bekannt[: {detail}].",
            "Die Stammdaten nennen keine verantwortliche Person für das, was der Beleg belastet"
            "[: {detail}].",
        ),
        "authority_exceeded": Text(
            "Der Betrag übersteigt die Befugnis aller[: {detail}].",
            "Keine Genehmigungsgrenze der Personen in der Kette deckt den Betrag[: {detail}].",
        ),
        "escalation_exhausted": Text(
            "Niemand hat rechtzeitig geantwortet, und es ist niemand mehr darüber da[: {detail}].",
            "Alle für diese Stelle Gefragten haben die Zeit der Richtlinie verstreichen lassen, "
            "und niemand höherer Stufe mit der nötigen Befugnis ist übrig[: {detail}].",
        ),
        "set_unusable": Text(
            "Die Richtlinie dieses Belegs lässt sich mit den heutigen Personen nicht laden.",
            "Die Richtlinie[ ({detail})] lässt sich mit den geltenden Stammdaten nicht laden.",
        ),
        "guarantee_broken": Text(
            "Der Genehmigungsweg verletzte eine Zusicherung der Richtlinie[: {detail}].",
            "Der ermittelte Genehmigungsweg erfüllt eine Zusicherung nicht[: {detail}].",
        ),
        "requirement_missing": Text(
            "Zuerst muss noch etwas vorgelegt werden[: {detail}].",
            "Ein Beleg, der keine Genehmigung braucht, hat eine offene Anforderung[: {detail}].",
        ),
        "silence": Text(
            "Niemand würde um Genehmigung gebeten.",
            "Der Genehmigungsweg enthält keine Genehmigung; Kenntnisnahme und Anhörung sind keine, "
            "und Schweigen genehmigt nie.",
        ),
        "duties_joined": Text(
            "Eine Person hat zweierlei getan, das nicht zusammengehen darf[: {person}].",
            "Nach den Regeln der Funktionstrennung darf nicht eine Person beides tun[ ({detail})]"
            "[: {person} hat {own_act} an {own_document} am {own_day} getan][ und {act} an"
            " {document} am {day}][ (zusammen gezählt mit {relative})].",
        ),
        "approves_once": Text(
            "Es gibt nicht genug verschiedene Personen für die Genehmigung.",
            "Niemand darf diesen Beleg zweimal genehmigen[ ({detail})], und die Plätze des"
            " Genehmigungswegs lassen sich nicht alle mit verschiedenen Personen besetzen.",
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
            "Der Lieferant und eine Person auf dem Beleg sind verbunden[: {person}].",
            "Eine Angabe zum Lieferanten ist zugleich eine zu einer Person auf dem Beleg"
            "[: {person}, {part}].",
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
        "barred_undecided": Text(
            "ist möglicherweise durch eine Kontrolle ausgeschlossen",
            "eine Kontrolle könnte ausschließen, und eine Angabe dazu ist unbekannt[ ({detail})]",
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
            "darf nach den Regeln der Funktionstrennung nicht genehmigen[ ({detail})][: {act} an"
            " {document} am {day}][ durch {relative}, zusammen mit ihm gezählt][; {ended} ist"
            " abgelaufen][; der Betrag liegt über {over_cap}][; Nutzungen von {unreviewed} wurden"
            " nicht rechtzeitig geprüft][; {self_monitored} würde er selbst prüfen]",
        ),
        "over_limit": Text(
            "hat keine Befugnis für diesen Betrag",
            "hat keine Genehmigungsgrenze, die den Betrag deckt[ ({limit}, gefragt ist {amount})]",
        ),
        "delegation_limit": Text(
            "darf mit der übertragenen Befugnis nicht handeln",
            "die mit der Vertretung übertragene Befugnis deckt den Betrag nicht[ ({detail})]",
        ),
        "delegation_level_gap": Text(
            "steht für diese Vertretung zu weit unten",
            "die Vertretung überspringt mehr Stufen, als die Richtlinie erlaubt[ ({detail})]",
        ),
        "delegation_level": Text(
            "hat nicht die Stufe oder Rolle, die eine Vertretung braucht",
            "die Richtlinie verlangt für die Vertretung eine andere Stufe oder Rolle[ ({detail})]",
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
        "delegation_began_later": Text(
            "die Aufgabe war vor der Vertretung da",
            "gefragt wurde vor Beginn der Vertretung, und das bleibt[ ({asked}, {began})]",
        ),
        "stand_in_scope": Text(
            "für Belege dieser Art springt niemand ein",
            "die Ersatzperson ist für andere Belege oder Bedingungen benannt",
        ),
        "stand_in_reason": Text(
            "aus diesem Grund springt niemand ein",
            "die Ersatzperson ist nicht für den Grund benannt, aus dem die Stelle ausfällt",
        ),
        "stand_in_requirement": Text(
            "eine Voraussetzung für das Einspringen fehlt",
            "eine Voraussetzung der Richtlinie für das Einspringen ist nicht erfüllt",
        ),
        "stand_in_bound": Text(
            "für diesen Betrag darf niemand einspringen",
            "der Betrag liegt über dem, was eine Ersatzperson genehmigen darf",
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
            "Von der Richtlinie verlangt und offen, weil eine Angabe fehlt: {requirement}",
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
        "on_the_way": Text(
            "Auf dem Weg nach oben gefragt.",
            "Die Kette fragt jeden auf dem Weg bis zum Ersten, dessen Grenze den Betrag deckt.",
        ),
        "vacant_climb": Text(
            "anstelle einer Person, die nicht handeln kann",
            "die Stelle darunter ist unbesetzt oder ausgeschlossen; gefragt wird die nächsthöhere, "
            "die erforderliche Befugnis sinkt nicht",
        ),
        "stand_in": Text(
            "anstelle einer verhinderten Person",
            "niemand mit dieser Rolle kann handeln; gefragt wird eine benannte Ersatzperson",
        ),
    }
)

REASONS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "row_matched": Text(
            "Entschieden nach {matrix}[, {row}].",
            "Die Zeile, die entschieden hat: {matrix}[, {row}].",
        ),
        "control_applied": Text(
            "Eine Kontrolle greift[: {control}].",
            "Eine Kontrolle der Richtlinie greift[: {control}][, wegen {because}].",
        ),
        "conflict_warned": Text(
            "{person} hat einen Funktionskonflikt, vor dem nur gewarnt wird.",
            "Die Funktionstrennung warnt vor {person}[ ({detail})][: {act} an {document} am {day}]"
            "[ durch {relative}, zusammen mit ihm gezählt].",
        ),
        "mitigated": Text(
            "{person} darf unter {mitigation} handeln.",
            "{mitigation} lässt {person} trotz {detail} zu[: {act} an {document} am {day}]"
            "[ durch {relative}, zusammen mit ihm gezählt]; {monitor} prüft es.",
        ),
        "approves_once": Text(
            "Niemand darf das zweimal genehmigen.",
            "Ein Konflikt verbindet Genehmigen mit Genehmigen[ ({detail})]: jeder Platz des"
            " Genehmigungswegs braucht eine andere Person[, außer {exempt}].",
        ),
        "added_by_newer_set": Text(
            "Eine neuere Fassung der Richtlinie verlangt mehr.",
            "Die jetzt geltende Fassung ({policy}) verlangt {count} mehr als die, nach der der"
            " Genehmigungsweg entstand.",
        ),
        "tax_not_recovered": Text(
            "Die Steuer in Position {line} zählt als Kosten.",
            "Die Steuer in Position {line} zählt, soweit sie nicht abziehbar ist; "
            "abziehbar sind {recovered} %.",
        ),
        "framework_maximum": Text(
            "Der Höchstwert von {maximum} zählt als Wert.",
            "Der Beleg nennt keinen Wert; stattdessen zählt sein Höchstwert von {maximum}.",
        ),
        "refused_by_policy": Text(
            "Die Richtlinie lehnt ihn auch deshalb ab[: {reason}].",
            "Eine weitere Regel der Richtlinie lehnt diesen Beleg ab[: {reason}].",
        ),
    }
)

ACTS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "person_unknown": Text(
            "Wer hier handelt, ist nicht bekannt.",
            "Die Stammdaten zum Zeitpunkt der Handlung kennen weder Person noch Anmeldung dieses "
            "Namens[: {person}].",
        ),
        "not_open": Text(
            "Es ist nichts mehr zu tun.",
            "Der Beleg ist fertig oder abgelehnt; eine weitere Handlung ändert nichts.",
        ),
        "step_not_current": Text(
            "Diese Person ist noch nicht an der Reihe.",
            "Die Person wird in einem späteren Schritt gefragt; ein früherer ist nicht erledigt.",
        ),
        "not_asked": Text(
            "Diese Person ist nicht gefragt.",
            "Keine offene Stelle des Genehmigungswegs fragt diese Person in diesem Moment.",
        ),
        "reviewer_involved": Text(
            "Diese Person ist an dem beteiligt, was geprüft wird.",
            "Niemand prüft seinen eigenen Beleg oder einen, den er genehmigt hat.",
        ),
        "no_review": Text("Diese Prüfung gibt es nicht.", "Der Fall hat keine Prüfung davon."),
        "review_closed": Text("Die Prüfung ist beendet.", "Jemand hat sie mit Ergebnis beendet."),
        "reason_missing": Text("Ein Grund fehlt.", "Der Eintrag braucht einen Kommentar, warum."),
    }
)
