"""What is said of tax numbers, clearance and the fields that a country asks for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "country_unknown": Text(
            "It is not known what the country asks for[: {country}].",
            "The policy set has no file of the country[ {country}], so it cannot be told what it "
            "asks for. `countersign countries add` copies one.",
        ),
        "supplier_country_unknown": Text(
            "The country of the supplier {supplier} is not known.",
            "Master data state no country of the supplier {supplier}, so it cannot be told which "
            "tax number it needs.",
        ),
        "seller_missing": Text(
            "The document does not state its seller.",
            "The tax number that an invoice states of its seller is to be looked at, and the "
            "document states no `seller`.",
        ),
        "seller_country_unknown": Text(
            "The country of the seller is not known.",
            "Neither the document states the country of its seller nor do master data, so it "
            "cannot be told which tax number the seller needs.",
        ),
        "tax_id_missing": Text(
            "The tax number of the {of} is missing.",
            "{country} asks for this of the {of}[ {supplier}]: {identifiers}[. Source: {source}].",
        ),
        "tax_id_format": Text(
            "The tax number of the {of} has not the right form.",
            "What is stated of the {of}[ {supplier}] has not the form that {country} asks for: "
            "{identifiers}[. Source: {source}].",
        ),
        "tax_id_check_digit": Text(
            "The tax number of the {of} was probably mistyped.",
            "The check digit of the number of the {of}[ {supplier}] does not agree with the rest "
            "({country}: {identifiers}).",
        ),
        "tax_id_does_not_exist": Text(
            "The tax number of the {of} does not exist.",
            "The register answered that the number of the {of}[ {supplier}] does not exist "
            "({country}: {identifiers}).",
        ),
        "tax_id_not_looked_up": Text(
            "Nobody has looked up whether the tax number of the {of} exists.",
            "The policy asks for the answer of the register about the number of the {of}"
            "[ {supplier}] ({country}: {identifiers}), and there is none.",
        ),
        "e_invoice_clearance": Text(
            "The invoice was not cleared: {system}, {country}.",
            "{country} asks for clearance by {system}[ since {since}][ for the class {class}]. "
            "Needed is {proof}. `{field}` does not show it[: {found}]. Rule {rule}, version "
            "{version}[. Source: {source}].",
        ),
        "e_invoice_proof_format": Text(
            "The proof of clearance has not the right form: {system}, {country}.",
            "`{field}` is {found} and has not the form of what {system} gives[ since {since}]. "
            "Needed is {proof}. Rule {rule}, version {version}[. Source: {source}].",
        ),
        "e_invoice_proof_check_digit": Text(
            "The proof of clearance was probably mistyped: {system}, {country}.",
            "The check digit of `{field}`, {found}, does not agree with the rest. Needed is "
            "{proof}. Rule {rule}, version {version}[. Source: {source}].",
        ),
        "e_invoice_day_missing": Text(
            "The day that decides about clearance is missing: {system}, {country}.",
            "Whether {system} must clear the document depends on `{field}`, which it does not "
            "state. Rule {rule}, version {version}.",
        ),
        "e_invoice_class_unknown": Text(
            "It is not known whether {system} must clear the invoice yet.",
            "On the day of the document {country} asks some for clearance by {system} and others "
            "not. Master data do not state `{field}`, which says it. Rule {rule}, version "
            "{version}.",
        ),
        "local_field_missing": Text(
            "What {country} asks documents to state is missing: {field}.",
            "{country} asks for `{field}`[ since {since}], and the document does not state it"
            "[. Source: {source}].",
        ),
        "local_field_day_missing": Text(
            "The day that decides about `{field}` is missing.",
            "{country} asks for `{field}`[ since {since}]; neither it nor `{day}` is stated.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "country_unknown": Text(
            "Was das Land verlangt, ist nicht bekannt[: {country}].",
            "Die Richtlinie hat keine Datei des Landes[ {country}]; was es verlangt, ist damit "
            "nicht zu sagen. `countersign countries add` kopiert eine.",
        ),
        "supplier_country_unknown": Text(
            "Das Land des Lieferanten {supplier} ist nicht bekannt.",
            "Die Stammdaten nennen kein Land des Lieferanten {supplier}; welche Steuernummer er "
            "braucht, ist damit nicht zu sagen.",
        ),
        "seller_missing": Text(
            "Der Beleg nennt seinen Verkäufer nicht.",
            "Angesehen werden soll die Steuernummer, die eine Rechnung von ihrem Verkäufer nennt, "
            "und der Beleg nennt keinen (`seller`).",
        ),
        "seller_country_unknown": Text(
            "Das Land des Verkäufers ist nicht bekannt.",
            "Weder der Beleg noch die Stammdaten nennen das Land des Verkäufers; welche "
            "Steuernummer er braucht, ist damit nicht zu sagen.",
        ),
        "tax_id_missing": Text(
            "Die Steuernummer fehlt ({of}).",
            "{country} verlangt dies ({of}[ {supplier}]): {identifiers}[. Quelle: {source}].",
        ),
        "tax_id_format": Text(
            "Die Steuernummer hat nicht die richtige Form ({of}).",
            "Was angegeben ist ({of}[ {supplier}]), hat nicht die Form, die {country} verlangt: "
            "{identifiers}[. Quelle: {source}].",
        ),
        "tax_id_check_digit": Text(
            "Die Steuernummer ist wohl verschrieben ({of}).",
            "Die Prüfziffer der Nummer ({of}[ {supplier}]) passt nicht zum Rest "
            "({country}: {identifiers}).",
        ),
        "tax_id_does_not_exist": Text(
            "Die Steuernummer gibt es nicht ({of}).",
            "Das Register hat geantwortet, dass es die Nummer nicht gibt ({of}[ {supplier}]; "
            "{country}: {identifiers}).",
        ),
        "tax_id_not_looked_up": Text(
            "Ob es die Steuernummer gibt, hat niemand nachgesehen ({of}).",
            "Die Richtlinie verlangt die Antwort des Registers zu der Nummer ({of}"
            "[ {supplier}]; {country}: {identifiers}), und es gibt keine.",
        ),
        "e_invoice_clearance": Text(
            "Die Rechnung ist nicht freigegeben: {system}, {country}.",
            "{country} verlangt die Freigabe durch {system}[ seit {since}][ für die Klasse "
            "{class}]. Nötig ist: {proof}. `{field}` zeigt es nicht[: {found}]. Regel {rule}, "
            "Fassung {version}[. Quelle: {source}].",
        ),
        "e_invoice_proof_format": Text(
            "Der Nachweis der Freigabe hat nicht die richtige Form: {system}, {country}.",
            "`{field}` ist {found} und hat nicht die Form dessen, was {system} vergibt[ seit "
            "{since}]. Nötig ist: {proof}. Regel {rule}, Fassung {version}[. Quelle: {source}].",
        ),
        "e_invoice_proof_check_digit": Text(
            "Der Nachweis der Freigabe ist wohl verschrieben: {system}, {country}.",
            "Die Prüfziffer von `{field}`, {found}, passt nicht zum Rest. Nötig ist: {proof}. "
            "Regel {rule}, Fassung {version}[. Quelle: {source}].",
        ),
        "e_invoice_day_missing": Text(
            "Der Tag, der über die Freigabe entscheidet, fehlt: {system}, {country}.",
            "Ob {system} den Beleg freigeben muss, hängt von `{field}` ab, und der Beleg nennt es "
            "nicht. Regel {rule}, Fassung {version}.",
        ),
        "e_invoice_class_unknown": Text(
            "Ob {system} die Rechnung schon freigeben muss, ist nicht bekannt.",
            "Am Tag des Belegs verlangt {country} die Freigabe durch {system} von den einen und "
            "von den anderen nicht. Die Stammdaten nennen `{field}` nicht, woran es liegt. Regel "
            "{rule}, Fassung {version}.",
        ),
        "local_field_missing": Text(
            "Es fehlt, was Belege nach dem Recht von {country} nennen: {field}.",
            "{country} verlangt `{field}`[ seit {since}], und der Beleg nennt es nicht"
            "[. Quelle: {source}].",
        ),
        "local_field_day_missing": Text(
            "Der Tag, der über `{field}` entscheidet, fehlt.",
            "{country} verlangt `{field}`[ seit {since}]; weder das noch `{day}` ist genannt.",
        ),
    }
)
