"""Masking of personal data in public text, before it is stored or sent.

Masked are mainland mobile numbers, resident identity cards (checksum and birth date must hold),
bank cards (a known issuer and the Luhn check must hold) and e-mail addresses, written with ASCII
or full-width digits, with single spaces, dots or dashes between the groups, and the numbers of
addresses that lead to a door (3号楼2单元501室). Enough is kept to recognise one's own
(138****1234). Hotlines, stock codes, dates, amounts, branches' streets and order numbers stay.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple, TypeAlias

_D: Final = "[0-9０-９]"
_GAP: Final = "[ .·\u00a0\u3000\uff0d\u2010-\u2015-]"
_BEGIN: Final = rf"(?<!{_D})"
_END: Final = rf"(?!{_D})"

_EMAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+-])([A-Za-z0-9._%+-]{1,64})"
    r"(@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24})"
)
_ID_CARD: Final = re.compile(
    rf"{_BEGIN}({_D}{{6}}){_GAP}?({_D}{{8}}){_GAP}?({_D}{{3}}[0-9０-９xXｘＸ]){_END}"
)
_BANK_CARD: Final = re.compile(
    rf"{_BEGIN}(?<!/)(?<!id=)(?:{_D}{{16,19}}|(?:{_D}{{4}}{_GAP}){{3}}{_D}{{4}}(?:{_GAP}{_D}{{1,3}})?"
    rf"|{_D}{{6}}{_GAP}{_D}{{10,13}}){_END}"
)
_MOBILE: Final = re.compile(
    rf"{_BEGIN}(?<![¥￥$])((?:(?:[+＋]|00)?(?:86|８６)[ -]?|0)?)"
    rf"([1１][3-9３-９]{_D}(?:{_GAP}{_D}{{4}}{_GAP}{_D}{{4}}|[ -]?{_D}{{8}}|{_D}{{4}}[ -]{_D}{{4}}"
    rf"|-{_D}{{3}}-{_D}{{5}}|{_D}-{_D}{{3}}-{_D}{{4}}))(?!(?:\.{_D}+)?\s?[万亿]?元){_END}"
)

_ADDRESS: Final = re.compile(
    r"(?<=[路街道巷弄里村区苑园庄城府寓坊湾庭厦座\d])"
    rf"((?:{_D}{{1,4}}(?:[-－]{_D}{{1,4}})?(?:号楼|号院|号|弄|栋|幢|座|单元|层|楼|#)[，, ]?){{1,5}}"
    rf"(?:{_D}{{2,5}}[室房户]?)?)"
)
_DOOR: Final = re.compile(rf"单元|{_D}[室房户]$")

_ASCII: Final = str.maketrans("０１２３４５６７８９ｘＸx", "0123456789XXX")
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK: Final = "10X98765432"
_ISSUERS: Final = re.compile(r"4|5[1-9]|3[4-7]|6[02589]|9[0-9]|2[2-7]|103")
_ORDER: Final = re.compile(r"(?:单|流水|编|序列|受理|凭证|批次)号?(?:码|为|是)?[\s:：#]*$")

_DIGIT: Final = re.compile(_D).search
_LONG: Final = re.compile(rf"{_D}(?:{_GAP}?{_D}){{10}}").search


def mask(text: str) -> str:
    """Return ``text`` with personal data masked; nothing else in it changes.

    Ordinary text is told apart by one character in seven: every number that is masked, whichever
    way its groups are set apart, has a digit there.
    """
    if ("室" in text or "单元" in text) and _DIGIT(text) is not None:
        text = _ADDRESS.sub(_masked_address, text)
    if _DIGIT(text[6::7]) is None:
        if "@" not in text or "." not in text:
            return text
        return _EMAIL.sub(_masked_email, text)
    if "@" in text:
        text = _EMAIL.sub(_masked_email, text)
    if _LONG(text) is None:
        return text
    text = _ID_CARD.sub(_masked_id_card, text)
    text = _BANK_CARD.sub(_masked_bank_card, text)
    return _MOBILE.sub(_masked_mobile, text)


class Personal(NamedTuple):
    """A piece of personal data: what it is, in Chinese, and its masked form."""

    kind: str
    masked: str


def personal_data(text: str) -> tuple[Personal, ...]:
    """List what ``mask`` would mask, kind by kind; never the data itself."""
    found: list[Personal] = []
    for kind, pattern, masked in _KINDS:

        def note(one: re.Match[str], kind: str = kind, masked: "_Masked" = masked) -> str:
            said = masked(one)
            if said != one[0]:
                found.append(Personal(kind, said))
            return said

        text = pattern.sub(note, text)
    return tuple(found)


def pseudonym(author_id: str, key: bytes) -> str:
    """Return a stand-in for an author's id: the same for the same key, of no use without it."""
    if not author_id:
        return ""
    return f"a{hmac.digest(key, author_id.encode(), hashlib.sha256).hex()[:20]}"


def _masked_address(found: re.Match[str]) -> str:
    """Hide the numbers of an address that leads to a door; a bare house number stays."""
    if _DOOR.search(found[1].rstrip("，, ")) is None:
        return found[0]
    return re.sub(_D, "*", found[0])


def _masked_email(found: re.Match[str]) -> str:
    """Keep the first character and the domain."""
    return f"{found[1][0]}****{found[2]}"


def _masked_mobile(found: re.Match[str]) -> str:
    """Keep the country code, the first three and the last four digits."""
    number = _digits(found[2])
    return f"{found[1]}{number[:3]}****{number[-4:]}"


def _masked_id_card(found: re.Match[str]) -> str:
    """Keep the first three and the last four characters of a number whose check digit holds."""
    number = _digits(found[0])
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    if _ID_CHECK[total % 11] != number[17] or not _is_birthday(number[6:14]):
        return found[0]
    return f"{number[:3]}***********{number[-4:]}"


def _masked_bank_card(found: re.Match[str]) -> str:
    """Keep the first and the last four digits of a number that passes the Luhn check."""
    number = _digits(found[0])
    before = found.string[max(0, found.start() - 12) : found.start()]
    if not (_ISSUERS.match(number) and _passes_luhn(number)) or _ORDER.search(before):
        return found[0]
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"


def _digits(text: str) -> str:
    """Return the digits (and X) of ``text`` in ASCII."""
    return "".join(char for char in text.translate(_ASCII) if char.isascii() and char.isalnum())


def _is_birthday(digits: str) -> bool:
    """Tell whether eight digits are a day on which somebody alive can be born."""
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1900 <= day.year < 2100


def _passes_luhn(digits: str) -> bool:
    """Check the last digit as card issuers do (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


_Masked: TypeAlias = Callable[[re.Match[str]], str]
_KINDS: Final[tuple[tuple[str, re.Pattern[str], _Masked], ...]] = (
    ("住址", _ADDRESS, _masked_address),
    ("电子邮箱", _EMAIL, _masked_email),
    ("身份证号", _ID_CARD, _masked_id_card),
    ("银行卡号", _BANK_CARD, _masked_bank_card),
    ("手机号", _MOBILE, _masked_mobile),
)
