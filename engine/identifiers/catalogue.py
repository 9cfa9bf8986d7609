"""Every identifier by name: what it is called in country files, and how a number of it is judged.

python-stdnum is loaded when the first number is judged and not before: it takes 60 ms, which a
command that judges none need not wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from engine.identifiers import own

LONGEST: Final = 100  # characters; no identifier is nearly as long
RFC_LEAST: Final = 12  # an RFC with its homoclave, which tax documents need
Test = Callable[[str], bool]


class Fault(StrEnum):
    """What is wrong with a number."""

    FORMAT = "format"
    CHECK_DIGIT = "check_digit"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One kind of number. `country` is its ISO code, empty for several.

    `has_check`: a check digit is published, so that it can be wrong. `is_check_sure` is false where
    numbers with a wrong one are known to be in use: then it may be said and must not block.
    """

    name: str
    country: str
    says: str
    has_check: bool = True
    is_check_sure: bool = True


def _listed(*identifiers: Identifier) -> Mapping[str, Identifier]:
    return MappingProxyType({one.name: one for one in identifiers})


IDENTIFIERS: Final = _listed(
    Identifier("eu_vat", "", "VAT number of a member state, with its prefix"),
    Identifier("at_vat", "AT", "Austrian VAT number (UID)"),
    Identifier("be_vat", "BE", "Belgian enterprise number, as VAT number"),
    Identifier("br_cnpj", "BR", "Brazilian CNPJ, with letters too"),
    Identifier("br_cpf", "BR", "Brazilian CPF, of a natural person"),
    Identifier("br_nfe_key", "BR", "access key of a Brazilian NF-e or NFC-e"),
    Identifier("br_nfse_key", "BR", "access key of a Brazilian national NFS-e", has_check=False),
    Identifier("de_leitweg", "DE", "Leitweg-ID of a German public buyer"),
    Identifier("de_tax_number", "DE", "German Steuernummer of any state", has_check=False),
    Identifier("de_vat", "DE", "German VAT number (USt-IdNr.)"),
    Identifier("es_nif", "ES", "Spanish NIF, of a company or a person"),
    Identifier("fr_siren", "FR", "French SIREN"),
    Identifier("fr_siret", "FR", "French SIRET"),
    Identifier("fr_vat", "FR", "French VAT number"),
    Identifier("gb_vat", "GB", "British VAT number"),
    Identifier("in_gstin", "IN", "Indian GSTIN"),
    Identifier("in_irn", "IN", "Indian invoice reference number", has_check=False),
    Identifier("it_fiscal_code", "IT", "Italian codice fiscale, of a person or a company"),
    Identifier("it_sdi_code", "IT", "Italian codice destinatario", has_check=False),
    Identifier("it_sdi_id", "IT", "number that the Italian SdI gave a file", has_check=False),
    Identifier("it_vat", "IT", "Italian partita IVA"),
    Identifier("jp_corporate_number", "JP", "Japanese corporate number"),
    Identifier("jp_invoice_issuer", "JP", "qualified invoice issuer of Japan", has_check=False),
    Identifier("mx_cfdi_uuid", "MX", "folio fiscal of a Mexican CFDI", has_check=False),
    # About 1.5 % of the numbers in use fail the check (python-stdnum, `stdnum.mx.rfc`).
    Identifier("mx_rfc", "MX", "Mexican RFC, generic ones too", is_check_sure=False),
    Identifier("nl_vat", "NL", "Dutch VAT number"),
    Identifier("pl_ksef", "PL", "KSeF number of a Polish invoice"),
    Identifier("pl_nip", "PL", "Polish NIP"),
    Identifier("sa_vat", "SA", "Saudi VAT number", has_check=False),
    Identifier("sg_uen", "SG", "Singapore UEN"),
    Identifier("us_ein", "US", "employer identification number of the IRS", has_check=False),
    Identifier("us_tin", "US", "EIN, SSN, ITIN, ATIN or PTIN", has_check=False),
    Identifier("uuid", "", "UUID", has_check=False),
)

_GENERIC_RFC: Final = ("XAXX010101000", "XEXX010101000")  # general public, foreign (SAT)


@dataclass(frozen=True, slots=True)
class _Own:
    """An identifier of ours: whether its form is right, and whether its check digit agrees."""

    form: Test
    check: Test | None = None


_OWN: Final[Mapping[str, _Own]] = MappingProxyType(
    {
        "br_nfe_key": _Own(own.is_nfe_key_form, own.is_nfe_key_check),
        "br_nfse_key": _Own(own.is_nfse_key_form),
        "in_irn": _Own(own.is_irn_form),
        "it_sdi_code": _Own(own.is_sdi_code_form),
        "it_sdi_id": _Own(own.is_sdi_id_form),
        "jp_invoice_issuer": _Own(own.is_qualified_issuer_form),
        "mx_cfdi_uuid": _Own(own.is_uuid_form),
        "pl_ksef": _Own(own.is_ksef_form, own.is_ksef_check),
        "sa_vat": _Own(own.is_saudi_vat_form),
        "uuid": _Own(own.is_uuid_form),
    }
)
# Often written in groups.
_SPACED: Final = frozenset({"br_nfe_key", "br_nfse_key", "sa_vat", "jp_invoice_issuer"})


def fault_of(name: str, number: str) -> Fault | None:
    """What is wrong with a number, the form first; `None` where nothing is.

    Raises `KeyError` for a name that `IDENTIFIERS` does not have.
    """
    identifier = IDENTIFIERS[name]
    text = number.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        return Fault.FORMAT
    mine = _OWN.get(name)
    if mine is None:
        return _by_library(identifier, text)
    text = text.upper()
    text = "".join(text.split()) if name in _SPACED else text
    if not mine.form(text):
        return Fault.FORMAT
    return Fault.CHECK_DIGIT if mine.check is not None and not mine.check(text) else None


def _by_library(identifier: Identifier, text: str) -> Fault | None:
    from stdnum import exceptions

    if identifier.name == "mx_rfc" and text.upper() in _GENERIC_RFC:
        return None
    try:
        _validators()[identifier.name](text)
    except exceptions.InvalidChecksum:
        return Fault.CHECK_DIGIT if identifier.has_check else Fault.FORMAT
    except ValueError:  # every other refusal of the library, and digits that only look like some
        return Fault.FORMAT
    return None


@cache
def _validators() -> Mapping[str, Callable[[str], str]]:
    """The functions of python-stdnum that raise what is wrong; loaded once, at the first number."""
    from stdnum.at import uid
    from stdnum.be import vat as be_vat
    from stdnum.br import cnpj, cpf
    from stdnum.de import leitweg, stnr
    from stdnum.de import vat as de_vat
    from stdnum.es import nif
    from stdnum.eu import vat as eu_vat
    from stdnum.fr import siren, siret, tva
    from stdnum.gb import vat as gb_vat
    from stdnum.in_ import gstin
    from stdnum.it import codicefiscale, iva
    from stdnum.jp import cn
    from stdnum.nl import btw
    from stdnum.pl import nip
    from stdnum.sg import uen
    from stdnum.us import ein, tin

    return {
        "eu_vat": eu_vat.validate,
        "at_vat": uid.validate,
        "be_vat": be_vat.validate,
        "br_cnpj": cnpj.validate,
        "br_cpf": cpf.validate,
        "de_leitweg": leitweg.validate,
        "de_tax_number": stnr.validate,
        "de_vat": de_vat.validate,
        "es_nif": nif.validate,
        "fr_siren": siren.validate,
        "fr_siret": siret.validate,
        "fr_vat": tva.validate,
        "gb_vat": gb_vat.validate,
        "in_gstin": gstin.validate,
        "it_fiscal_code": codicefiscale.validate,
        "it_vat": iva.validate,
        "jp_corporate_number": cn.validate,
        "mx_rfc": _checked_rfc,
        "nl_vat": btw.validate,
        "pl_nip": nip.validate,
        "sg_uen": uen.validate,
        "us_ein": ein.validate,
        "us_tin": tin.validate,
    }


def _checked_rfc(number: str) -> str:
    """The RFC of a taxpayer: 12 or 13 characters, and the check digit that the library leaves out.

    Whatever is wrong only with the three characters at the end is a matter of the check digit.
    """
    from stdnum import exceptions
    from stdnum.mx import rfc

    plain = rfc.validate(number)
    if len(plain) < RFC_LEAST:
        raise exceptions.InvalidLength
    if not rfc.is_valid(plain, validate_check_digits=True):
        raise exceptions.InvalidChecksum
    return plain
