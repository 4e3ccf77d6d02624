"""Who comes from another computer is known as such, whatever the server is bound to."""

from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from digits.app.kept.access import is_local_visit
from digits.serving.api.client_address import mark_visitors
from tests.support.event_loops import run_apart


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1", True), ("::1", True), ("203.0.113.9", False), ("", False)]
)
def test_only_visitors_of_this_computer_are_local(kind: str, host: str, local: bool) -> None:
    """Even if they ask for localhost, as anybody can."""
    seen: list[Any] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend(scope["headers"])

    scope = {"type": kind, "client": (host, 1), "headers": [(b"host", b"localhost:8501")]}
    run_apart(mark_visitors(page)(scope, None, None))  # type: ignore[arg-type]
    headers = {name.decode(): value.decode() for name, value in seen}
    assert is_local_visit(headers) == local
