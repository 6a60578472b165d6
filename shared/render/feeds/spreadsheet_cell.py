"""What a spreadsheet would compute, or show as another number, a date or a truth value.

Excel takes the words of the computer's language, so those of several languages are here. An
apostrophe is what OWASP recommends ("CSV Injection"). `="text"` is a formula itself: other programs
keep its signs, and some refuse the file.
"""

import re
from unicodedata import normalize

_FORMULA = r"[=+\-@]"
_ESCAPED = "'"
"""A text that begins with an apostrophe gets another, so that a reader can remove one of each."""
_VALUE = r".*\d|#"
"""What begins with no letter, and has a digit; or the name of an error, such as #N/A."""
_ENGLISH_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[\W_]*\d"
)
_MONTHS = """
    januar jänner jän februar märz mär mrz april mai juni juli august september oktober okt
    november dezember dez janvier janv février févr fév mars avril avr juin juillet juil août
    septembre octobre novembre décembre déc enero ene febrero marzo abril abr mayo junio julio
    agosto ago septiembre octubre noviembre diciembre dic gennaio gen febbraio aprile maggio mag
    giugno giu luglio lug settembre set ottobre ott novembre dicembre janeiro fevereiro fev
    março maio junho julho setembro outubro out novembro dezembro januari februari maart mrt mei
    augustus
"""
"""Of German, French, Spanish, Italian, Portuguese and Dutch, where they are not English too."""
_TRUTHS = "true false wahr falsch vrai faux verdadero falso vero verdadeiro waar onwaar"
_OTHER_MONTH = rf"(?:{'|'.join(_MONTHS.split())})[\W_]*\d[\d\W_]*$"
_TRUTH = rf"(?:{'|'.join(_TRUTHS.split())})\W*$"
_CHANGED = re.compile(
    rf"{_FORMULA}|{_ESCAPED}|(?![^\W\d_])(?:{_VALUE})|{_ENGLISH_MONTH}|{_OTHER_MONTH}|{_TRUTH}",
    re.IGNORECASE,
)
_START = re.compile(r'[\s"]*')


def as_text(line: str) -> str:
    """Return `line` with an apostrophe before each part that a spreadsheet would change.

    A cell can begin after a semicolon too: some spreadsheets split cells there, and remove
    quotation marks.
    """
    return ";".join(map(_part, line.split(";")))


def _part(part: str) -> str:
    """Compare the text with plain signs: spreadsheets take fullwidth ones for these."""
    found = _START.match(part)
    start = found.end() if found else 0
    changed = _CHANGED.match(normalize("NFKC", part[start:]))
    return f"{part[:start]}'{part[start:]}" if changed else part
