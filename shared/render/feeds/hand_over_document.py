"""A hand-over as JSON. Its names are promises."""

from shared.core.model.hand_over import HandOver
from shared.render.feeds.document_parts import Json
from shared.render.instant import instant


def hand_over_document(record: HandOver | None) -> Json | None:
    """Return what is kept for a service, and who opened it; `None` while nothing is."""
    if record is None or not record.shown:
        return None
    return {
        "state": record.shown,
        "key_id": record.key_id or None,
        "hint": record.credential.hint or None,
        "by": record.by.name,
        "at": instant(record.at),
        "until": instant(record.until),
        "opened": [{"by": each.by.name, "at": instant(each.at)} for each in record.opened],
    }
