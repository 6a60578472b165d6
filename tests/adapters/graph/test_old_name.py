"""Names in `customKeyIdentifier`: in any encoding, and never made of a hash."""

import base64
import codecs
import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.graph.decode import app_of, decode
from shared.adapters.graph.old_name import old_name
from shared.adapters.graph.shapes import Record
from tests.support.graph_objects import application, certificate, secret
from tests.support.scripted import reply

ENCODINGS = {
    "UTF-8": (b"", "utf-8"),
    "UTF-8 with a mark": (codecs.BOM_UTF8, "utf-8"),
    "UTF-16LE": (b"", "utf-16-le"),
    "UTF-16LE with a mark": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "UTF-16BE": (b"", "utf-16-be"),
    "UTF-16BE with a mark": (codecs.BOM_UTF16_BE, "utf-16-be"),
}
NAMES = [
    *("LibCal 2027", "VSTS", "a", "ab", "old_portal_key", "10 €"),
    *("für Büro", "Zürich", "naïve café", "Główny klucz", "Łoś", "Žluťoučký kůň", "İstanbul"),
    *("Ключ 1", "Ключ", "Κλειδί", "Κλειδί 2", "שלום", "مفتاح", "हिन्दी", "ไทย", "Tiếng Việt"),
    *("中文", "密钥", "密钥 2027", "金鑰", "日本語のキー", "テスト", "비밀", "한국어 키"),
    *("key \N{EN DASH} prod", "prod\N{RIGHT SINGLE QUOTATION MARK}s key", "LibCal 🔑"),
]
encoded = pytest.mark.parametrize("encoding", ENCODINGS)


def identifier(name: str, encoding: str) -> str:
    mark, codec = ENCODINGS[encoding]
    return base64.b64encode(mark + name.encode(codec)).decode()


@encoded
@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_out_as_itself(name: str, encoding: str) -> None:
    assert old_name(identifier(name, encoding)) == name


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-8 with a mark"])
@pytest.mark.parametrize("name", ["LibCal “Łódź” 図書館", "Clé 🔑 “x”", "Müller”s ☎"])
def test_utf_8_may_have_letters_of_any_language(name: str, encoding: str) -> None:
    assert old_name(identifier(name, encoding)) == name


@encoded
def test_zero_bytes_after_a_name_are_not_a_part_of_it(encoding: str) -> None:
    assert old_name(identifier("LibCal 2027\0\0\0", encoding)) == "LibCal 2027"


@encoded
@given(name=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_any_ascii_name_comes_out_as_itself(name: str, encoding: str) -> None:
    assert old_name(identifier(name, encoding)) == (name if name.strip() else "")


@pytest.mark.parametrize("hashed", [hashlib.sha1, hashlib.sha256, hashlib.sha384, hashlib.sha512])
def test_a_thumbprint_is_never_a_name(hashed: Callable[[bytes], "hashlib._Hash"]) -> None:
    for number in range(5000):
        thumbprint = hashed(b"certificate %d" % number)
        assert old_name(base64.b64encode(thumbprint.digest()).decode()) == ""
        assert old_name(thumbprint.hexdigest().upper()) == ""  # as apps keep it


@given(st.binary())
def test_any_bytes_are_printable_or_no_name(raw: bytes) -> None:
    assert old_name(base64.b64encode(raw).decode()).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        *("", "abc", "é", "AAECAwQFBgcICQoLDA0ODw==", "AAAA", "/v8=", "//4=", "77u/", "ICA="),
        *("lY85bR8r6yWTW6jnciNEONwlVhDyiQjdVLgPDnkI5mA=", "TGliCg=="),
    ],
)
def test_anything_else_is_no_name(text: str) -> None:
    assert old_name(text) == ""


@pytest.mark.parametrize(
    ("display", "shown"), [(None, "LibCal 2027"), ("", "LibCal 2027"), ("new", "new")]
)
def test_the_name_in_the_portal_comes_first(display: str | None, shown: str) -> None:
    named = {"displayName": display, "customKeyIdentifier": identifier("LibCal 2027", "UTF-8")}
    body = reply(
        application(passwordCredentials=[secret(**named)], keyCredentials=[certificate(**named)])
    ).body
    app = app_of(decode(body, Record), None)
    assert {each.name for each in app.credentials} == {shown}
