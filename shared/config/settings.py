"""The settings as one frozen value."""

from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlsplit

from shared.config.table_storage import Tables
from shared.core.model.secret import Secret
from shared.core.model.watchlist import Watchlist, Watchlists


@dataclass(frozen=True, slots=True)
class PageAuth:
    """How people sign in to the page: the registration and the issuer of its tokens."""

    client_id: str
    issuer: str
    """As in the claim `iss`: `https://HOST/TENANT/v2.0`, with the tenant's id in lower case."""


class NoSuchTenant(Exception):
    """The tenant is not watched, or several are and none was chosen."""

    def __init__(self, given: str, known: Watchlists) -> None:
        """Keep what was `given` (empty: nothing); the text lists the tenants that are watched."""
        names = ", ".join(
            f"{key} ({each.name})" if each.name else key for key, each in known.items()
        )
        unknown = f"The tenant {given[:80]!r} is not watched. " if given else ""
        super().__init__(f"{unknown}Choose a tenant with --tenant or ?tenant=: {names}.")
        self.given = given


class ReadingGraph(NamedTuple):
    """What is needed to read Graph; each member but `root` may be empty."""

    root: str
    identity_client_id: str
    tenants_client_id: str
    authority: str
    """The sign-in host for other tenants."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, with the watchlists and runbooks that they name."""

    watchlists: Watchlists
    """One, or one for each tenant."""
    tables: Tables
    graph: str
    """One of `setting_rules.GRAPH_ROOTS`, or a loopback root; no slash at its end."""
    page_url: str
    """Empty if there is none."""
    page_auth: PageAuth | None
    """`None`: nobody can sign in, and the page is closed."""
    deadline_minutes: int
    usage_report: bool
    """Whether credential sign-in activity is read."""
    heartbeat: Secret | None
    """A URL that is pinged after each check. Anybody who knows it can ping it."""
    identity_client_id: str
    """Of the user-assigned identity; empty if there is none."""
    managed_identity: bool
    """Whether the managed identity protocol is used, on a laptop too."""
    mail_sender: str
    """The address of the mailbox that sends; if it is empty, no channel is of kind email."""
    tenants_client_id: str = ""
    """Of the registration that reads other tenants; if empty, no watchlist has a tenant id."""
    authority: str = ""
    """The sign-in host for other tenants, no slash at its end; empty for the cloud's own."""
    hand_over_vault: str = ""
    """The URL of the vault for new secrets, no slash at its end; empty: they are not handed over
    here."""

    @property
    def reading_graph(self) -> ReadingGraph:
        """What is needed to read Graph."""
        return ReadingGraph(
            self.graph, self.identity_client_id, self.tenants_client_id, self.authority
        )

    @property
    def sign_in_origin(self) -> str:
        """Where people sign in to the page, as an origin; empty if sign-in is not set up."""
        parts = urlsplit(self.page_auth.issuer if self.page_auth is not None else "")
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @property
    def watchlist(self) -> Watchlist:
        """The only watchlist. Raises `NoSuchTenant` if there are several: call `of` first."""
        return next(iter(self.of("").watchlists.values()))

    @property
    def page_of_tenant(self) -> str:
        """The address of the page of the only watchlist; empty if there is none."""
        watchlist, url = self.watchlist, self.page_url
        if not url or not watchlist.name:
            return url
        return f"{url}{'&' if '?' in url else '?'}tenant={watchlist.key}"

    def of(self, tenant: str) -> "Settings":
        """Return the settings of one tenant only, by its id or as `own`.

        `tenant` may be empty if only one is watched. Raises `NoSuchTenant`.
        """
        wanted = tenant.strip().casefold()
        if not wanted and len(self.watchlists) == 1:
            return self
        if wanted not in self.watchlists:
            raise NoSuchTenant(wanted, self.watchlists)
        return replace(self, watchlists={wanted: self.watchlists[wanted]})
