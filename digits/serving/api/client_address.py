"""The page's visitors: those from elsewhere are marked, wherever the server listens.

Mount("/", mark_visitors(page))
"""

import ipaddress

from starlette.types import ASGIApp, Receive, Scope, Send


def mark_visitors(page: ASGIApp) -> ASGIApp:
    """Tell the page of a visitor from another computer, as a proxy would.

    On a computer that others cannot reach, all kept drawings are shown. Streamlit's
    settings tell whether they can, but uvicorn has its own: `--host 0.0.0.0` would be
    unknown to the page, which then took everybody for its owner.
    """

    async def pass_on(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            host = (scope.get("client") or ("",))[0]
            if not is_loopback(host):
                mark = (b"x-forwarded-for", host.encode())
                scope = {**scope, "headers": [*scope["headers"], mark]}
        await page(scope, receive, send)

    return pass_on


def is_loopback(host: str) -> bool:
    """Whether a client's address is of this computer."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
