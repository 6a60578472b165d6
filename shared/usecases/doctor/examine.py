"""Is everything in place? Each part is tried as a check uses it."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from shared.config.settings import Settings
from shared.config.urls import is_loopback
from shared.ports.page_probe import Front
from shared.render.text.escape import clean
from shared.usecases.check import Watch
from shared.usecases.doctor.apps import examine_apps
from shared.usecases.doctor.channels import examine_channel
from shared.usecases.doctor.deployment import ListFunctions, deployment_of, examine_timer
from shared.usecases.doctor.finding import Finding
from shared.usecases.doctor.hand_over import ReadRegistration, examine_hand_overs
from shared.usecases.doctor.inventory import examine_inventory
from shared.usecases.doctor.ledger import examine_ledger
from shared.usecases.doctor.page import ReadIssuer, examine_page


def examine(  # noqa: PLR0913  (each is a way to ask something outside)
    watch: Watch,
    settings: Settings,
    ask: Callable[[str], Front],
    *,
    read_issuer: ReadIssuer | None = None,
    read_registration: ReadRegistration | None = None,
    list_functions: ListFunctions | None = None,
    send_test: bool = False,
) -> Iterator[Finding]:
    """Try the ledger, Graph, each app and claim, and the page; with `send_test`, each channel.

    `ask` returns what a visitor who is not signed in gets at a URL; `read_issuer` reads the keys
    of an issuer, and `read_registration` the registration of the page, or `None` if it is not
    tried; `list_functions` asks Azure about the app.
    """
    deployment = deployment_of(settings)
    yield _settings(watch, settings)
    yield from examine_ledger(watch, deployment)
    yield from examine_apps(watch, deployment)
    if watch.inventory is not None:
        yield examine_inventory(watch.inventory, watch.clock(), deployment)
    yield from examine_page(settings, ask, read_issuer)
    yield from examine_hand_overs(watch, settings, deployment, read_registration)
    yield examine_timer(list_functions)
    for name in watch.watchlist.channels:
        if send_test:
            yield examine_channel(watch, name, deployment)
        else:
            part = f"channel {clean(watch.watchlist.label(name))}"
            yield Finding(part, None, "skipped. --send-test sends a test message")


def _settings(watch: Watch, settings: Settings) -> Finding:
    text = f"read, {len(watch.watchlist.services)} services on the watchlist"
    if is_loopback(urlsplit(settings.graph)):
        text += f"; Graph is a local stand-in ({settings.graph})"
    return Finding("settings", ok=True, text=text)
