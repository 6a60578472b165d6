"""The stand-in tenant as one server on loopback."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from werkzeug import Request, Response
from werkzeug.routing import Map, Rule

from local.stand_in.az import Az
from local.stand_in.certificate import Files
from local.stand_in.control import Control
from local.stand_in.control_hand_over import hand_over_rules
from local.stand_in.deployer import Deployer
from local.stand_in.directory import Directory, DisabledBy
from local.stand_in.entra import Registration
from local.stand_in.entra_admin import EntraAdmin
from local.stand_in.faults import Dropped, Fault, Gate
from local.stand_in.graph import Graph
from local.stand_in.graph_objects import HOME_TENANT_ID
from local.stand_in.graph_passwords import Passwords
from local.stand_in.hand_over_vault import HandOverVault
from local.stand_in.heartbeat_sink import HeartbeatSink
from local.stand_in.loopback import HOST, Loopback, hang_up
from local.stand_in.mail_sink import Mail, MailSink
from local.stand_in.managed_identity import ManagedIdentity
from local.stand_in.management import Management
from local.stand_in.page_app import PageApp
from local.stand_in.sign_in import PAGE_CLIENT_ID, SignInIssuer
from local.stand_in.sign_ins_report import SignInsReport
from local.stand_in.stories import LIBAPPS_CLIENT_ID, tell
from local.stand_in.teams_sink import Posted, TeamsSink
from local.stand_in.vault import Vault
from local.stand_in.webhook_sink import WebhookSink

SIGNATURE = "sv=1.0&sig=canary-signature"
"""The secret part of webhook URLs; tests search all output for it."""


class Tenant:
    """The stand-in tenant: it serves inside a `with` statement, and leaves no thread behind."""

    def __init__(
        self,
        story: str | Sequence[Registration] = "libapps",
        *,
        now: datetime | None = None,
        port: int = 0,
        identity_header: str | None = None,
        hand_over: bool = False,
        certificate: Files | None = None,
    ) -> None:
        """Set the apps: `story` (a name, or the apps themselves), as of `now`.

        Port 0 picks a free one; the default identity header is random. With `hand_over` there is a
        vault for new secrets, with its own certificate unless one is given.
        """
        self._now = now
        self.directory = Directory(tell(story, self._clock()) if isinstance(story, str) else story)
        self.identity = ManagedIdentity(identity_header)
        self.mail = MailSink(self.identity)
        self.sign_ins = SignInsReport(self.directory)
        self.sign_in_issuer = SignInIssuer(lambda: self.url)
        self.page_app = PageApp(self.identity, lambda: self.url)
        self.deployer = Deployer()
        self.admin = EntraAdmin(self.deployer, lambda: self.url)
        self.vault = Vault(self.deployer, lambda: self.url)
        self.management = Management(self.deployer, self.vault, lambda: self.url)
        self.az = Az(self._resources_of_person)
        self._hand_over = (
            HandOverVault(self.identity, self.az, certificate=certificate) if hand_over else None
        )
        self._gate = Gate()
        self.passwords = Passwords(self.directory, self.az, self._clock)
        self.graph = Graph(
            self.directory,
            self.identity,
            self._gate,
            self.mail,
            self.sign_ins,
            passwords=self.passwords,
        )
        self._teams = TeamsSink(self.identity)
        self._heartbeats = HeartbeatSink()
        self._webhooks = WebhookSink()
        self._port = port
        self._routes = self._table()
        self._server: Loopback | None = None
        self._opened = ExitStack()
        self.other_tenants: Callable[[Request], Response | None] = lambda _: None
        """Answers requests with a token of another tenant (`local.stand_in.other_tenants`)."""

    def _clock(self) -> datetime:
        """Return the configured instant, or the present one."""
        return self._now or datetime.now(UTC)

    def _table(self) -> Map:
        """Return every route of the tenant with its endpoint."""
        graph = self.graph
        control = Control(
            self.directory,
            self.identity,
            self._gate,
            self.sign_ins,
            self._clock,
            self.sign_in_issuer,
        )
        control.extend(hand_over_rules(self.az, self.passwords, self._hand_over))
        return Map(
            [
                Rule(
                    "/v1.0/<path:_rest>",
                    endpoint=lambda request, _rest: self._graph_for(request, graph),
                ),
                Rule(
                    "/vault/<path:_rest>",
                    endpoint=lambda request, _rest: self.vault.answer(request),
                ),
                Rule(
                    "/arm/<path:_rest>",
                    endpoint=lambda request, _rest: self.management.answer(request),
                ),
                Rule("/beta/<path:_rest>", endpoint=lambda request, _rest: graph.answer(request)),
                Rule("/mails", methods=["GET"], endpoint=self.mail.show),
                Rule("/mails", methods=["DELETE"], endpoint=self.mail.forget),
                Rule("/msi/token", methods=["GET"], endpoint=self.identity.answer),
                Rule("/az", methods=["POST"], endpoint=self.az.answer),
                Rule("/teams/<name>", methods=["POST"], endpoint=self._teams.post),
                Rule("/flows/<name>", methods=["POST"], endpoint=self._teams.post_to_own),
                Rule("/webhooks/<name>", methods=["POST"], endpoint=self._webhooks.take),
                Rule("/webhooks/<name>", methods=["GET"], endpoint=self._webhooks.show),
                Rule("/teams/<name>", methods=["GET"], endpoint=self._teams.show),
                Rule("/teams/<name>", methods=["DELETE"], endpoint=self._teams.forget),
                Rule(
                    f"/{HOME_TENANT_ID}/v2.0/.well-known/openid-configuration",
                    endpoint=self.sign_in_issuer.configuration,
                ),
                Rule(f"/{HOME_TENANT_ID}/discovery/v2.0/keys", endpoint=self.sign_in_issuer.keys),
                Rule("/heartbeat/<name>", methods=["GET", "POST"], endpoint=self._heartbeats.good),
                Rule(
                    "/heartbeat/<name>/fail", methods=["GET", "POST"], endpoint=self._heartbeats.bad
                ),
                Rule(
                    "/control/<path:_rest>", endpoint=lambda request, _rest: control.answer(request)
                ),
            ],
            merge_slashes=False,
        )

    def _graph_for(self, request: Request, graph: Graph) -> Response:
        """Answer the deployer from the administrator's side, all others from the watched apps."""
        if self.deployer.carries(request):
            return self.admin.answer(request)
        return self.other_tenants(request) or self.page_app.answer(request) or graph.answer(request)

    def __enter__(self) -> Self:
        """Start to serve. Raise `OSError` if the port is taken."""
        with ExitStack() as opened:
            if self._hand_over:
                opened.enter_context(self._hand_over)
            self._server = Loopback(self._answer, self._port)
            self._opened = opened.pop_all()
        self._port = self._server.port
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and wait until everything is closed."""
        assert self._server is not None
        self._gate.closing.set()
        self._server.stop()
        self._opened.close()

    def _answer(self, request: Request) -> Response:
        try:
            if request.path.startswith("/control/"):
                return self._routed(request)
            return self._gate.guard(request, self._routed)
        except Dropped:
            hang_up(request)
            return Response()

    def _routed(self, request: Request) -> Response:
        endpoint, arguments = self._routes.bind_to_environ(request.environ).match()
        response: Response = endpoint(request, **arguments)
        return response

    @property
    def url(self) -> str:
        """The URL of the tenant."""
        return f"http://{HOST}:{self._port}"

    @property
    def hand_over(self) -> HandOverVault:
        """The vault for new secrets; only with `hand_over`."""
        assert self._hand_over is not None
        return self._hand_over

    def install_az(self, folder: Path) -> Path:
        """Write an `az` into `folder`, for PATH, which gives tokens for this tenant and its vault.

        Return `folder`.
        """
        return self.az.install(folder, self._port)

    def _resources_of_person(self) -> set[str]:
        vault = self._hand_over
        return {self.url, *([vault.resource or vault.url] if vault else [])}

    @property
    def graph_url(self) -> str:
        """The Graph root, without its version."""
        return self.url

    @property
    def identity_endpoint(self) -> str:
        """The value of `IDENTITY_ENDPOINT`."""
        return f"{self.url}/msi/token"

    @property
    def identity_header(self) -> str:
        """The value of `IDENTITY_HEADER`."""
        return self.identity.header

    def teams_url(self, name: str) -> str:
        """Return the webhook of a channel of any name."""
        return f"{self.url}/teams/{name}"

    def flow_url(self, name: str) -> str:
        """Return the webhook of the same channel that only the identity can use."""
        return f"{self.url}/flows/{name}"

    def webhook_url(self, name: str) -> str:
        """Return the URL of a receiver of signed webhooks of any name."""
        return f"{self.url}/webhooks/{name}"

    def received(self, name: str) -> list[object]:
        """Return the documents of a receiver of webhooks, oldest first."""
        return self._webhooks.received(name)

    def heartbeat_url(self, name: str) -> str:
        """Return the URL of a heartbeat of any name."""
        return f"{self.url}/heartbeat/{name}"

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings with which the app uses this tenant."""
        return {
            "LAPSEWATCH_GRAPH": self.graph_url,
            "IDENTITY_ENDPOINT": self.identity_endpoint,
            "IDENTITY_HEADER": self.identity_header,
            "LAPSEWATCH_SIGN_IN_CLIENT_ID": PAGE_CLIENT_ID,
            "LAPSEWATCH_SIGN_IN_ISSUER": self.sign_in_issuer.issuer,
            "TEAMS_WEBHOOK_URL": f"{self.teams_url('its')}?{SIGNATURE}",
            **(self._hand_over.environment if self._hand_over else {}),
            "LIBAPPS_CLIENT_ID": LIBAPPS_CLIENT_ID,
        }

    def posted(self, name: str) -> list[Posted]:
        """Return the messages of a channel, oldest first."""
        return self._teams.posted(name)

    def clear_posted(self, name: str) -> None:
        """Delete the messages of a channel."""
        self._teams.clear(name)

    def mails(self) -> list[Mail]:
        """Return the sent mails, oldest first."""
        return self.mail.mails()

    def beats(self, name: str) -> list[bool]:
        """Return whether each beat of a heartbeat was good, oldest first."""
        return self._heartbeats.beats(name)

    def id_token(self, name: str, **overrides: object) -> str:
        """Issue an ID token, as Easy Auth would pass it.

        `overrides` replace claims, and `None` omits one.
        """
        return self.sign_in_issuer.id_token(name, **overrides)

    def sign_in(self, key_id: str, at: datetime) -> None:
        """Record a sign-in with a credential, for the report."""
        self.sign_ins.sign_in(key_id, at)

    def requests(self) -> Counter[str]:
        """Return the number of requests by method and path, such as `GET /v1.0/applications`.

        GUIDs are `*`, and requests in a batch begin with `$batch `.
        """
        return self._gate.counts()

    def forget_requests(self) -> None:
        """Reset the counters of requests."""
        self._gate.forget_counts()

    def fault(  # noqa: PLR0913  (a fault has that many fields, each with a default)
        self,
        match: str,
        *,
        times: int | None = 1,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        delay: float = 0.0,
        drop: bool = False,
        after: bool = False,
    ) -> None:
        """Add a fault after the present ones; see `Fault` for its fields."""
        self._gate.add(Fault(match, times, status, dict(headers or {}), body, delay, drop, after))

    def clear_faults(self) -> None:
        """Remove the remaining faults."""
        self._gate.clear()

    def add_secret(
        self,
        client_id: str,
        *,
        name: str | None,
        ends: datetime | None,
        hint: str | None = None,
        starts: datetime | None = None,
    ) -> str:
        """Create a client secret, which starts now by default. Return its key id."""
        return self.directory.add_secret(
            client_id, name=name, hint=hint, starts=starts or self._clock(), ends=ends
        )

    def add_certificate(
        self,
        client_id: str,
        *,
        name: str | None,
        ends: datetime | None,
        starts: datetime | None = None,
    ) -> str:
        """Add a certificate to an app. Return its key id."""
        return self.directory.add_certificate(
            client_id, name=name, starts=starts or self._clock(), ends=ends
        )

    def remove_credential(self, key_id: str) -> None:
        """Delete a secret or certificate."""
        self.directory.remove_credential(key_id)

    def disable(self, client_id: str, by: DisabledBy = "owner") -> None:
        """Disable an app in one of Entra's three ways."""
        self.directory.disable(client_id, by)
