"""Press the buttons of the status page, as people do."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple, override
from urllib.parse import urlsplit

import requests

from shared.core.model.secret import Secret

TIMEOUT_SECONDS = 60.0
_SHOWN = re.compile(r'<textarea id="value"[^>]*>([^<]*)<')


@dataclass
class Form:
    """A form of the page: where it is sent, its fields, and the words on its button."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    button: str = ""


class _Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._on_button = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag in {"input", "button"} and self.forms and given.get("name"):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        self._on_button = tag == "button" and given.get("type") == "submit"

    @override
    def handle_data(self, data: str) -> None:
        if self._on_button and self.forms:
            self.forms[-1].button += data.strip()

    @override
    def handle_endtag(self, tag: str) -> None:
        self._on_button = False


class Pressed(NamedTuple):
    """A button that was pressed, and what came back."""

    button: str
    answer: str

    @property
    def value(self) -> Secret:
        """The value on the page that came back; empty if it shows none."""
        found = _SHOWN.search(self.answer)
        return Secret(html.unescape(found[1]) if found else "")


class Visitor:
    """A person who is signed in to the page, in a browser of their own."""

    def __init__(self, root: str, name: str) -> None:
        """Visit the page of the host at `root`; nothing is sent yet."""
        self.name = name
        self._root, self._browser = root, requests.Session()

    def sign_in(self) -> None:
        """Sign in now, which leads to the page. Raise `requests.RequestException`."""
        asked = {"login_hint": self.name, "post_login_redirect_uri": "/api/page"}
        self._browser.get(
            f"{self._root}/.auth/login/aad", params=asked, timeout=TIMEOUT_SECONDS
        ).raise_for_status()

    def page(self) -> str:
        """Return the page as HTML. Raise `requests.RequestException` if it does not open."""
        answer = self._browser.get(f"{self._root}/api/page", timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.text

    def press(self, action: str, typed: Mapping[str, str], **wanted: str) -> Pressed | None:
        """Send the form with this action and these fields, as the page has it, with what is typed.

        Return nothing if the page has no such form, or if somebody was quicker.
        """
        reader = _Forms()
        reader.feed(self.page())
        for form in reader.forms:
            route = urlsplit(form.action).path
            if route.endswith(f"/{action}") and wanted.items() <= form.fields.items():
                return self._send(form, typed)
        return None

    def _send(self, form: Form, typed: Mapping[str, str]) -> Pressed | None:
        """Send a form. Return nothing if it was not accepted, as somebody was quicker (409)."""
        answer = self._browser.post(
            f"{self._root}{form.action}",
            data={**form.fields, **typed},
            headers={"Origin": self._root},
            allow_redirects=False,
            timeout=TIMEOUT_SECONDS,
        )
        if answer.status_code == requests.codes.conflict:
            return None
        answer.raise_for_status()
        return Pressed(form.button, answer.text)
