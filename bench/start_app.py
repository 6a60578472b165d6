"""Start the app once and call a route: `python -m bench.start_app health|check [eager]`.

With `eager`, everything that the app imports when it is first used is imported at the start.
"""

import sys
from http import HTTPStatus
from importlib import import_module

import azure.functions as func

LATER = (
    "shared.adapters.graph.directory",
    "shared.adapters.graph.inventory",
    "shared.adapters.graph.usage_report",
    "shared.adapters.identity.cross_tenant",
    "shared.adapters.identity.id_token",
    "shared.adapters.vault.key_vault",
    "shared.render.feeds.calendar_events",
    "shared.render.feeds.metrics",
    "shared.render.mail.mail",
)
"""The modules that the app imports when they are first used."""


def main() -> None:
    """Import the app, call the route, and fail if it fails."""
    name, *eager = sys.argv[1:]
    for module in LATER if eager else ():
        import_module(module)
    app = import_module("function_app").app
    [called] = [each for each in app.get_functions() if each.get_function_name() == name]
    method = "POST" if name == "check" else "GET"
    answer = called.get_user_function()(func.HttpRequest(method, f"/api/{name}", body=b""))
    assert answer.status_code == HTTPStatus.OK, answer.get_body()


if __name__ == "__main__":
    main()
