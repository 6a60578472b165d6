"""What `renew` created, or would create, as JSON. Its names are promises."""

from collections.abc import Iterable

from shared.core.model.directory import Credential
from shared.core.renewal import NotRenewed
from shared.render.feeds.document_parts import Json
from shared.render.instant import instant


def renewal_document(
    created: Iterable[tuple[str, Credential]], refused: Iterable[NotRenewed]
) -> Json:
    """Return the new secrets by service id, never with their values, and why others are not."""
    return {
        "renewed": [
            {
                "service": service,
                "name": credential.name,
                "key_id": credential.key_id or None,
                "ends": instant(credential.ends),
            }
            for service, credential in created
        ],
        "refused": [
            {"service": each.service, "why": each.why, "key_id": each.key_id or None}
            for each in refused
        ],
    }
