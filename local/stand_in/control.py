"""Routes under `/control` that change the running stand-in tenant.

Bodies are JSON. Invalid input is answered with 400 and a sentence, a missing object with 404.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from local.stand_in.directory import Directory, DisabledBy, NotInTenant
from local.stand_in.entra import Registration
from local.stand_in.faults import Fault, Gate
from local.stand_in.managed_identity import ManagedIdentity
from local.stand_in.sign_in import SignInIssuer
from local.stand_in.sign_ins_report import SignInsReport
from local.stand_in.stories import tell

type Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class NewCredential(msgspec.Struct, forbid_unknown_fields=True):
    """A credential to create; an `ends` of null means no expiry. A certificate has no hint."""

    name: str | None
    ends: Instant | None
    hint: str | None = None
    starts: Instant | None = None


class NewStory(msgspec.Struct, forbid_unknown_fields=True):
    """A story to start with, as of `now`."""

    name: str
    now: Instant | None = None


class Switch(msgspec.Struct, forbid_unknown_fields=True):
    """How an app is disabled; null enables it."""

    disabled_by: DisabledBy | None


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """A sign-in with a credential."""

    key_id: str
    at: Instant


class Token(msgspec.Struct, forbid_unknown_fields=True):
    """An ID token for a person; `claims` replace its own, and null omits one."""

    name: str
    claims: dict[str, object] = {}


class Control:
    """All routes under `/control`."""

    def __init__(
        self,
        directory: Directory,
        identity: ManagedIdentity,
        gate: Gate,
        sign_ins: SignInsReport,
        clock: Callable[[], datetime],
        issuer: SignInIssuer,
    ) -> None:
        """Set what is changed; `clock` is the default start of a credential."""
        self._directory = directory
        self._identity = identity
        self._gate = gate
        self._sign_ins = sign_ins
        self._clock = clock
        self._issuer = issuer
        self._routes = Map(
            [
                Rule("/control/story", methods=["PUT"], endpoint=self._story),
                Rule(
                    "/control/apps", methods=["GET"], endpoint=lambda _: self._directory.listing()
                ),
                Rule("/control/apps", methods=["PUT"], endpoint=self._replace),
                Rule("/control/apps", methods=["POST"], endpoint=self._add),
                Rule(
                    "/control/apps/<client_id>",
                    methods=["DELETE"],
                    endpoint=lambda _, client_id: self._directory.remove(client_id),
                ),
                Rule("/control/apps/<client_id>", methods=["PATCH"], endpoint=self._switch),
                Rule(
                    "/control/apps/<client_id>/secrets", methods=["POST"], endpoint=self._add_secret
                ),
                Rule(
                    "/control/apps/<client_id>/certificates",
                    methods=["POST"],
                    endpoint=self._add_certificate,
                ),
                Rule(
                    "/control/credentials/<key_id>",
                    methods=["DELETE"],
                    endpoint=lambda _, key_id: self._directory.remove_credential(key_id),
                ),
                Rule("/control/id-tokens", methods=["POST"], endpoint=self._issue),
                Rule("/control/roles", methods=["PUT"], endpoint=self._set_roles),
                Rule("/control/mailboxes", methods=["PUT"], endpoint=self._set_mailboxes),
                Rule("/control/sign-ins", methods=["POST"], endpoint=self._sign_in),
                Rule("/control/licensed", methods=["PUT"], endpoint=self._set_licensed),
                Rule("/control/faults", methods=["GET"], endpoint=lambda _: self._gate.faults()),
                Rule("/control/faults", methods=["POST"], endpoint=self._add_faults),
                Rule("/control/faults", methods=["DELETE"], endpoint=lambda _: self._gate.clear()),
                Rule("/control/requests", methods=["GET"], endpoint=lambda _: self._gate.counts()),
                Rule(
                    "/control/requests",
                    methods=["DELETE"],
                    endpoint=lambda _: self._gate.forget_counts(),
                ),
            ]
        )

    def extend(self, rules: Iterable[Rule]) -> None:
        """Add routes."""
        for rule in rules:
            self._routes.add(rule)

    def answer(self, request: Request) -> Response:
        """Answer any request under `/control`: 200 with JSON, or 204 without content."""
        try:
            endpoint, arguments = self._routes.bind_to_environ(request.environ).match()
            content = endpoint(request, **arguments)
        except NotInTenant as error:
            return _json({"error": str(error)}, HTTPStatus.NOT_FOUND)
        except ValueError as error:  # msgspec's errors are subclasses
            return _json({"error": str(error)}, HTTPStatus.BAD_REQUEST)
        except HTTPException as error:
            return _json({"error": error.description}, error.code or HTTPStatus.NOT_FOUND)
        return Response(status=HTTPStatus.NO_CONTENT) if content is None else _json(content)

    def _issue(self, request: Request) -> dict[str, str]:
        token = body(request, Token)
        return {"id_token": self._issuer.id_token(token.name, **token.claims)}

    def _story(self, request: Request) -> None:
        story = body(request, NewStory)
        self._directory.replace(tell(story.name, story.now or self._clock()))

    def _replace(self, request: Request) -> None:
        self._directory.replace(body(request, list[Registration]))

    def _add(self, request: Request) -> None:
        self._directory.add(body(request, Registration))

    def _switch(self, request: Request, client_id: str) -> None:
        by = body(request, Switch).disabled_by
        self._directory.enable(client_id) if by is None else self._directory.disable(client_id, by)

    def _add_secret(self, request: Request, client_id: str) -> dict[str, str]:
        new = body(request, NewCredential)
        starts = new.starts or self._clock()
        return {
            "key_id": self._directory.add_secret(
                client_id, name=new.name, hint=new.hint, starts=starts, ends=new.ends
            )
        }

    def _add_certificate(self, request: Request, client_id: str) -> dict[str, str]:
        new = body(request, NewCredential)
        starts = new.starts or self._clock()
        return {
            "key_id": self._directory.add_certificate(
                client_id, name=new.name, starts=starts, ends=new.ends
            )
        }

    def _set_roles(self, request: Request) -> None:
        self._identity.roles = body(request, set[str])

    def _set_mailboxes(self, request: Request) -> None:
        self._identity.mailboxes = body(request, set[str])

    def _sign_in(self, request: Request) -> None:
        new = body(request, SignIn)
        self._sign_ins.sign_in(new.key_id, new.at)

    def _set_licensed(self, request: Request) -> None:
        self._sign_ins.licensed = body(request, bool)

    def _add_faults(self, request: Request) -> None:
        self._gate.add(*body(request, list[Fault]))


def body[T](request: Request, kind: type[T]) -> T:
    """Return the body of a request. Raise `ValueError`."""
    return msgspec.json.decode(request.get_data(), type=kind)


def _json(content: object, status: int = HTTPStatus.OK) -> Response:
    return Response(msgspec.json.encode(content), status, mimetype="application/json")
