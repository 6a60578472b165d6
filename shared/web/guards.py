"""What the page's forms have in common, whatever they are about."""

import azure.functions as func

from shared.config.settings import Settings
from shared.web import forms, response
from shared.web.auth import from_own_page

LOST = (
    "The form arrived empty, because it was sent in chunks or without its length. Send it with "
    "Content-Length (curl: --data, not --upload-file). Nothing was saved."
)


def unacceptable(req: func.HttpRequest, configured: Settings) -> response.HttpResponse | None:
    """Return an error for a request that the page's own forms never send, else `None`."""
    media_type = req.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not from_own_page(req.headers, page_url=configured.page_url, asked=req.url):
        detail = "The form did not come from the status page. Nothing was saved."
        return response.problem(403, "Not from the page", detail)
    if _lost_its_body(req):
        return response.problem(411, "Length required", LOST)
    if len(req.get_body()) > forms.MAX_FORM_BYTES:
        detail = f"The form has more than {forms.MAX_FORM_BYTES} bytes. Nothing was saved."
        return response.problem(413, "Too large", detail)
    if media_type != forms.MEDIA_TYPE:
        detail = f"Expected the content type {forms.MEDIA_TYPE}. Nothing was saved."
        return response.problem(415, "Not a form", detail)
    return None


def _lost_its_body(req: func.HttpRequest) -> bool:
    """Return whether the body of a request is empty because it was sent in chunks.

    The Functions host passes on a body only if its length was sent (azure-functions-host,
    `GrpcMessageConversionExtensions`).
    """
    return not req.get_body() and (
        "content-length" not in req.headers or "transfer-encoding" in req.headers
    )
