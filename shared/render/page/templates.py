"""The page's templates, style and script, and the pages without data.

Templates escape all text. There is no inline style or script, so a strict
Content-Security-Policy holds.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.render.text.escape import clean
from shared.version import VERSION

BASE = "/api/page"
"""The path of the page; its assets are at `{BASE}/assets/`."""
_HERE = Path(__file__).parent
_ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}


def render(template: str, **values: object) -> str:
    """Return a template with its values filled in; what UTF-8 cannot encode is replaced."""
    html = _environment().get_template(template).render(values)
    return html.encode("utf-8", "replace").decode("utf-8")


def which_tenant(names: Mapping[str, str], base: str = BASE, *, problem: str = "") -> str:
    """Return the page that lists the tenants.

    Args:
        names: The name of each tenant, by its key in a link.
        base: The path of the page.
        problem: Why a request was refused, if it was.
    """
    links = [(tenant_url(base, key), clean(name), key) for key, name in names.items()]
    return render("which_tenant.html.j2", base=base, links=links, problem=problem)


def not_signed_in(base: str = BASE) -> str:
    """Return the page for visitors who are not signed in; it explains how to set up sign-in."""
    return render("not_signed_in.html.j2", base=base)


def tenant_url(base: str, key: str) -> str:
    """Return the address of a tenant's page; `key` is empty if there is only one tenant."""
    return f"{base}?tenant={quote(key, safe='')}" if key else base


@cache
def assets() -> Mapping[str, tuple[str, str]]:
    """Return the media type and the text of the style and the script, by file name."""
    return MappingProxyType(
        {name: (kind, (_HERE / name).read_text(encoding="utf-8")) for name, kind in _ASSETS.items()}
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["version"] = VERSION
    return environment
