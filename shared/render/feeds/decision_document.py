"""A decision as JSON. Its names are promises."""

from shared.core.model.decision import Decision
from shared.render.feeds.document_parts import Json
from shared.render.instant import instant


def decision_document(decision: Decision) -> Json:
    """Return who decided what, when and why."""
    by = decision.by
    return {
        "at": instant(decision.at),
        "kind": decision.kind,
        "by": by.name if by is not None else None,
        "object_id": by.object_id or None if by is not None else None,
        "services": list(decision.services),
        "key_id": decision.key_id or None,
        "why": decision.why or None,
    }
