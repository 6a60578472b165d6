from shared.render.text.facts import facts
from tests.render.cases import (
    HEALTHY,
    WAITING_GONE,
)
from tests.support.notices import (
    LIBCAL,
    NOW,
    ZONE,
    notice,
    service_view,
)


def test_what_breaks_is_shown_until_the_service_is_healthy() -> None:
    assert ("What breaks", LIBCAL.breaks) in facts(notice(service_view()), now=NOW, zone=ZONE)
    assert "What breaks" not in dict(facts(notice(HEALTHY), now=NOW, zone=ZONE))


def test_deleted_credential_has_no_expiry_row() -> None:
    labels = dict(facts(notice(WAITING_GONE), now=NOW, zone=ZONE))
    assert "Deleted" in labels
    assert "Expires" not in labels
