"""What the commands `hand-over` and `renew` did, in sentences."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.directory import Credential
from shared.core.model.hand_over import HandOver
from shared.core.model.views import ServiceView
from shared.core.model.watchlist import Service, Watchlist
from shared.render.text.dates import clock, date_of
from shared.render.text.escape import clean
from shared.render.text.naming import app_label, party


def handed_over(record: HandOver, watchlist: Watchlist) -> str:
    """Return what became of a value that was handed over or withdrawn."""
    service = watchlist.services[record.service]
    secret = f"“{clean(record.credential.name)}” for {clean(service.name)}"
    if record.kept:
        return f"ready: the value of {secret}. {_then(record, service, watchlist.zone)}"
    if record.failed:
        return (
            f"withdrawn: {secret}. Its value must still be deleted. {record.why} "
            "The app's next hourly run tries again."
        )
    return f"withdrawn: {secret}. Its value is deleted."


def renewed(record: HandOver, watchlist: Watchlist) -> str:
    """Return what was created, until when, and what the installer does next."""
    service, new, zone = watchlist.services[record.service], record.credential, watchlist.zone
    marks = ", ".join(filter(None, [new.hint and f"begins with {clean(new.hint)}", new.key_id]))
    return (
        f"created: “{clean(new.name)}” for {clean(service.name)} ({marks}), expires "
        f"{_exactly(new.ends, zone)}. {_then(record, service, zone)}"
    )


def would_create(view: ServiceView, new: Credential, zone: ZoneInfo) -> str:
    """Return what `renew` would create."""
    return (
        f"would create: “{clean(new.name)}” for {clean(view.service.name)} on "
        f"{app_label(view.app)}, expires {_exactly(new.ends, zone)}"
    )


def _then(record: HandOver, service: Service, zone: ZoneInfo) -> str:
    installer = party("installer", service.installers)
    return (
        f"Next, the {installer} opens it on the status page and installs it. "
        f"It is kept until {_exactly(record.until, zone)}."
    )


def _exactly(instant: datetime | None, zone: ZoneInfo) -> str:
    return "never" if instant is None else f"{date_of(instant, zone)}, {clock(instant, zone)}"
