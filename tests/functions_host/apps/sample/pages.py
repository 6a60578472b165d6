"""A blueprint: its routes are open to all."""

import azure.functions as func

pages = func.Blueprint()  # type: ignore[no-untyped-call]  # (the library's)


@pages.route(route="page", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
def page(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with a page, or with a bare number, and with two cookies."""
    cookies = {"Set-Cookie": "seen=yes; Path=/api; Max-Age=60; Secure; HttpOnly; SameSite=Lax"}
    status = int(req.params.get("status", "200"))
    return func.HttpResponse(
        "<p>héllo</p>", mimetype="text/html", status_code=status, headers={**cookies, "ETag": '"1"'}
    )


@pages.route(route="files/{*path}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def files(req: func.HttpRequest) -> func.HttpResponse:
    """Name the path that was asked for."""
    return func.HttpResponse(req.route_params.get("path", "nothing"))
