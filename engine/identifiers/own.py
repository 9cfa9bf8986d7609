"""The identifiers that python-stdnum 2.2 does not have, each with the source of its rule.

A number is given as `compact` left it: no spaces around it, letters in upper case.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_KSEF: Final = re.compile(
    r"\d{10}-(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)-[0-9A-F]{12}-[0-9A-F]{2}", re.ASCII
)
_NFE_KEY: Final = re.compile(r"\d{6}[0-9A-Z]{12}\d{2}(?:55|65)\d{22}", re.ASCII)
_NFSE_KEY: Final = re.compile(r"\d{9}[0-9A-Z]{12}\d{29}", re.ASCII)
_UUID: Final = re.compile(r"[0-9A-F]{8}-(?:[0-9A-F]{4}-){3}[0-9A-F]{12}", re.ASCII)
_SAUDI_VAT: Final = re.compile(r"3\d{13}3", re.ASCII)
_QUALIFIED_ISSUER: Final = re.compile(r"T\d{13}", re.ASCII)
_IRN: Final = re.compile(r"[0-9A-F]{64}", re.ASCII)
_SDI_ID: Final = re.compile(r"\d{1,12}", re.ASCII)
_SDI_CODE: Final = re.compile(r"[0-9A-Z]{6,7}", re.ASCII)

CRC8_POLYNOMIAL: Final = 0x07
CHECKED_BY_CRC: Final = 32  # characters of a KSeF number before the last hyphen
NFE_WEIGHTS: Final = 8  # the weights 2 to 9, over and over


def is_ksef_form(number: str) -> bool:
    """35 characters: NIP of the seller, day of acceptance, 12 and 2 hexadecimal digits.

    Source: the Polish Ministry of Finance, KSeF 2.0, "KSeF number of an invoice".
    """
    found = _KSEF.fullmatch(number)
    return found is not None and _is_day(found["year"], found["month"], found["day"])


def is_ksef_check(number: str) -> bool:
    """The last two digits are CRC-8 (polynomial 0x07, begun at 0) of the first 32 characters.

    Two of the three hyphens are among them. Source: as for the form.
    """
    return number[-2:] == f"{crc8(number[:CHECKED_BY_CRC].encode('ascii')):02X}"


def crc8(data: bytes) -> int:
    """CRC-8 as KSeF uses it: polynomial 0x07, begun at 0, nothing reflected."""
    found = 0
    for byte in data:
        found ^= byte
        for _ in range(8):
            found = (found << 1) ^ (CRC8_POLYNOMIAL if found & 0x80 else 0)
            found &= 0xFF
    return found


def is_nfe_key_form(number: str) -> bool:
    """44 characters: state, year and month, CNPJ, model (55 or 65), series, number, type, code.

    The 12 characters of the CNPJ before its check digits may be letters from July 2026 on. Source:
    Manual de Orientação do Contribuinte NF-e; Instrução Normativa RFB 2.229/2024.
    """
    return _NFE_KEY.fullmatch(number) is not None and 1 <= int(number[4:6]) <= 12


def is_nfe_key_check(number: str) -> bool:
    """The last digit: modulo 11, weights 2 to 9 from the right; a remainder of 0 or 1 gives 0.

    A letter counts as its ASCII code less 48, as in the CNPJ. Source: as for the form.
    """
    weighed = sum(
        (ord(sign) - 48) * (2 + place % NFE_WEIGHTS)
        for place, sign in enumerate(reversed(number[:-1]))
    )
    rest = weighed % 11
    return number[-1] == ("0" if rest < 2 else str(11 - rest))


def is_nfse_key_form(number: str) -> bool:
    """50 characters: municipality 7, origin 1, kind of tax number 1, tax number 14, and so on.

    Number 13, year and month 4, code 9, check 1, which is not looked at. Source, from memory:
    Sistema Nacional NFS-e, Manual de Contribuintes, `chave de acesso`.
    """
    return _NFSE_KEY.fullmatch(number) is not None


def is_uuid_form(number: str) -> bool:
    """36 characters in the form of RFC 9562; the version is not looked at.

    Source for Mexico: Anexo 20 (CFDI 4.0), Timbre Fiscal Digital, `UUID`.
    """
    return _UUID.fullmatch(number) is not None


def is_saudi_vat_form(number: str) -> bool:
    """15 digits, the first and the last are 3. No check digit is published.

    Source: ZATCA, E-Invoicing Data Dictionary, rule BR-KSA-40.
    """
    return _SAUDI_VAT.fullmatch(number) is not None


def is_qualified_issuer_form(number: str) -> bool:
    """`T` and 13 digits, the number of a qualified invoice issuer of Japan.

    A company's 13 digits are its corporate number, which has a check digit; those of all others
    have none that is published, and the number does not say which it is: only the form can be
    wrong. Source: National Tax Agency, qualified invoice system.
    """
    return _QUALIFIED_ISSUER.fullmatch(number) is not None


def is_irn_form(number: str) -> bool:
    """64 hexadecimal digits: SHA-256 of GSTIN, fiscal year, type and number of the document.

    Source: GSTN, e-invoice schema, "Invoice Reference Number".
    """
    return _IRN.fullmatch(number) is not None


def is_sdi_id_form(number: str) -> bool:
    """1 to 12 digits, `IdentificativoSdI`. It says that a file arrived, not that it was accepted.

    Source: Agenzia delle Entrate, Sistema di Interscambio, technical rules (`MessaggiTypes`).
    """
    return _SDI_ID.fullmatch(number) is not None


def is_sdi_code_form(number: str) -> bool:
    """Codice destinatario: 7 characters for a business, 6 for a public body.

    Source: Agenzia delle Entrate, FatturaPA, `CodiceDestinatario`.
    """
    return _SDI_CODE.fullmatch(number) is not None


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
