"""Takes in what a client still sends before it is answered: else it may never see the answer.

api.add_middleware(Draining)

A server that closes a connection while bytes arrive makes the network drop its answer too:
the client is told "connection reset" where the answer said what to do.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digits.serving.api.uploads import DROPPED_BYTES

SILENCE_SECONDS = 1  # after which a client has sent what it wants to send
DRAIN_SECONDS = 10  # in which most clients have sent all; a slow one is answered without


class Draining:
    """Middleware that reads, and drops, the rest of a body before an answer begins."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # A client that says "Expect: 100-continue" has sent nothing, and shall not begin.
        is_whole = any(name == b"expect" for name, _ in scope["headers"])
        received = 0

        async def take_in() -> Message:
            nonlocal is_whole, received
            message = await receive()
            received += len(message.get("body", b""))
            is_whole = is_whole or not message.get("more_body", False)
            return message

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = asyncio.get_running_loop().time
                end = now() + DRAIN_SECONDS
                try:
                    async with asyncio.timeout_at(end) as patience:
                        while not is_whole and received <= DROPPED_BYTES:
                            patience.reschedule(min(now() + SILENCE_SECONDS, end))
                            await take_in()
                except TimeoutError:
                    pass  # it waits for the answer, is slow on purpose, or far away
            await send(message)

        await self.app(scope, take_in, answer)
