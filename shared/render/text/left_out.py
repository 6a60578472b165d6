"""What the inventory leaves out, counted by rule."""

from collections.abc import Iterator

from shared.core.model.left_out import LeftOut
from shared.render.text.naming import listed


def left_out_sentence(left_out: LeftOut | None) -> str:
    """Return "Left out: 12 apps by exclude.names."; empty if nothing is left out."""
    counts = list(_counts(left_out)) if left_out is not None else []
    return f"Left out: {listed(counts)}." if counts else ""


def _counts(left_out: LeftOut) -> Iterator[str]:
    for number, kind, rule in (
        (left_out.names, "app", "exclude.names"),
        (left_out.client_ids, "app", "exclude.client_ids"),
        (left_out.tags, "app", "exclude.tags"),
        (left_out.noise_apps, "app", "noise rules"),
        (left_out.noise_credentials, "credential", "noise rules"),
    ):
        if number:
            yield f"{number:,} {kind}{'' if number == 1 else 's'} by {rule}"
