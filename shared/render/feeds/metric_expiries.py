"""When credentials expire, for Prometheus: the only gauge with labels from outside.

One series for each watched service, and one for each credential of the tenant that is due. Their
labels tell people which credential it is; `clean` makes each of them one visible line.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from shared.core.model.directory import Credential
from shared.core.results import Status
from shared.render.text.escape import MAX_NAME_CHARS, clean

MAX_ITEM_CHARS = 200


class Labels(NamedTuple):
    """What identifies a series."""

    app: str
    service: str
    """The service's id; empty for a credential that no watched service uses."""
    credential: str
    kind: str


def expiries(status: Status) -> list[tuple[Labels, datetime]]:
    """Return the labels of each series and when its credential expires.

    A credential that does not expire has no series. Where several credentials have the same labels,
    each has its item id too: Prometheus takes equal labels for one series.
    """
    found = list(_found(status))
    uses = Counter(labels for labels, _, _ in found)
    return [
        (labels if uses[labels] == 1 else _with_item(labels, item), ends)
        for labels, item, ends in found
    ]


def _found(status: Status) -> Iterator[tuple[Labels, str, datetime]]:
    for view in status.judgement.services:
        if view.in_use is not None and view.in_use.ends is not None:
            labels = _labels(view.app.name or view.app.client_id, view.service.id, view.in_use)
            yield labels, view.item, view.in_use.ends
    for each in status.inventory.views if status.inventory is not None else ():
        listed = each.listed
        if listed.credential.ends is not None:
            labels = _labels(listed.app_name or listed.client_id, "", listed.credential)
            yield labels, each.item, listed.credential.ends


def _labels(app: str, service: str, credential: Credential) -> Labels:
    texts = (credential.name, credential.hint, credential.key_id)
    name = next(filter(None, (clean(text, MAX_NAME_CHARS) for text in texts)), "")
    return Labels(clean(app, MAX_NAME_CHARS), service, name, credential.kind.value)


def _with_item(labels: Labels, item: str) -> Labels:
    return labels._replace(credential=f"{labels.credential} ({clean(item, MAX_ITEM_CHARS)})")
