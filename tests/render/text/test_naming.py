from shared.core.model.directory import Kind
from shared.render.text.naming import described, listed
from tests.support.notices import (
    NOW,
    ZONE,
    credential,
)


def test_credential_is_described_by_visible_properties() -> None:
    assert (
        described(credential(), NOW, ZONE)
        == "secret “LibCal 2024” (begins with q7X, expires 13 Dec 2026)"
    )
    assert (
        described(credential(ends=-3), NOW, ZONE)
        == "secret “LibCal 2024” (begins with q7X, expired 19 Nov 2026)"
    )
    assert described(credential("", None, hint=""), NOW, ZONE) == "unnamed secret (does not expire)"
    assert (
        described(credential("CN=x", 12, kind=Kind.CERTIFICATE), NOW, ZONE)
        == "certificate “CN=x” (expires 4 Dec 2026)"
    )
    assert (
        described(credential("\u202e\u200b", None), NOW, ZONE)
        == "unnamed secret (begins with q7X, does not expire)"
    )


def test_long_list_is_cut_and_counted() -> None:
    assert listed([]) == ""
    assert listed(["A"]) == "A"
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert listed(list("ABCDEFG")) == "A, B, C, D, E and 2 more"
