"""The name of a credential that is kept in `customKeyIdentifier`, where others keep a hash.

The old portal wrote Base64 of UTF-16LE there, and Azure PowerShell writes Base64 of UTF-8.
"""

import base64
import codecs
from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODE_PAGES = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("cp874", "gb2312", "big5", "shift_jis", "euc_kr"),
)
"""The letters of one language each; those of Windows, and the common ones of East Asia."""
_MAX_BYTES = 2
"""Bytes of a letter in a code page."""


def old_name(identifier: str) -> str:
    """Return the name in a `customKeyIdentifier`, or an empty text if it holds none.

    Text in UTF-8 is never anything else by chance. Bytes of a hash often decode to printable
    characters of UTF-16, but from all over Unicode. A name has those of one language: it fits into
    one code page, or into one block of 256 besides ASCII. Of two readings in UTF-16, the one with
    letters from fewer blocks is right. Zero bytes at the end fill the place of a longer name.
    """
    try:
        raw = base64.b64decode(identifier, validate=True)
    except ValueError:  # binascii.Error is a kind of it
        return ""
    name = min(_readings(raw), key=lambda reading: len(_blocks(reading)), default="")
    return name if name.strip() else ""


def _readings(raw: bytes) -> Iterator[str]:
    """Yield what may be a name: in UTF-8, else in each UTF-16, the usual one first."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            yield from _names(raw.removeprefix(mark), encoding)
            return
    in_utf8 = list(_names(raw, "utf-8"))
    yield from in_utf8 or (*_names(raw, "utf-16-le"), *_names(raw, "utf-16-be"))


def _names(raw: bytes, encoding: str) -> Iterator[str]:
    """Yield the text if it may be a name."""
    try:
        text = raw.decode(encoding).rstrip("\0")
    except UnicodeDecodeError:
        return
    if text.isprintable() and (encoding == "utf-8" or _is_of_one_language(text)):
        yield text


def _is_of_one_language(text: str) -> bool:
    return len(_blocks(text)) <= 1 or any(_fits(text, page) for page in _CODE_PAGES)


def _fits(text: str, code_page: str) -> bool:
    """Return whether each letter has a code; EUC-KR would spell the other syllables in letters."""
    try:
        return len(text.encode(code_page)) <= _MAX_BYTES * len(text)
    except UnicodeEncodeError:
        return False


def _blocks(text: str) -> set[int]:
    return {ord(character) >> 8 for character in text if not character.isascii()}
