"""Press the Confirm buttons of the status page, as a person does."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import override
from urllib.parse import urlsplit

import requests

TIMEOUT_SECONDS = 60.0


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


def page_of(root: str) -> str:
    """Return the page as HTML. Raise `requests.RequestException` if it does not open."""
    answer = requests.get(f"{root}/api/page", timeout=TIMEOUT_SECONDS)
    answer.raise_for_status()
    return answer.text


def confirm(root: str, service: str, key_id: str) -> str:
    """Confirm that a service uses a credential: send the form that the page has for it.

    Return the words on the button; empty if nothing was confirmed, because the page has no such
    form or because somebody was quicker.
    """
    reader = _Forms()
    reader.feed(page_of(root))
    wanted = {"service": service, "key_id": key_id}.items()
    for form in reader.forms:
        if urlsplit(form.action).path.endswith("/confirm") and wanted <= form.fields.items():
            return form.button if _send(root, form) else ""
    return ""


def _send(root: str, form: Form) -> bool:
    """Send a form. Return whether it was accepted: not if somebody was quicker (HTTP 409)."""
    answer = requests.post(
        f"{root}{form.action}",
        data=form.fields,
        headers={"Origin": root},
        allow_redirects=False,
        timeout=TIMEOUT_SECONDS,
    )
    if answer.status_code == requests.codes.conflict:
        return False
    answer.raise_for_status()
    return True
