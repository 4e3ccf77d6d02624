"""What hostile clients do to a server of this machine, one function a habit.

answers = await send_pictures("predict", port, rng)

All is sent over plain sockets: no client library sends half a head, or hangs up in time.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from tests.support.corpus import BLANK, DIGIT, PICTURES, encode, seven

HOST = "127.0.0.1"
ANSWER_SECONDS = 60  # twice what the server allows itself for a request
UNANSWERED, GIVEN_UP, CUT_OFF = 0, -1, -2  # in place of a status: in time, by client, by server
BUSY = 503
FORM = "multipart/form-data; boundary=edge"
MEGABYTE = bytes(1 << 20)


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: of HTTP, or one of the three above.
        body: of the answer.
        fault: why this is not what should have come; empty when it is.
    """

    status: int
    body: bytes = b""
    fault: str = ""


@dataclass(frozen=True)
class Habit:
    """One way of being hostile.

    Attributes:
        name: in the report.
        act: does it once, and returns the answers.
        clients: that do it at the same time.
        pause: seconds of each between one time and the next.
    """

    name: str
    act: Callable[[int, np.random.Generator], Awaitable[list[Answer]]]
    clients: int = 1
    pause: float = 0.1


async def exchange(port: int, pieces: Iterable[bytes], *, pause: float = 0.0) -> Answer:
    """Send pieces over a connection of its own, and wait for the answer meanwhile."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            sending = asyncio.create_task(dribble(writer, pieces, pause))
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                return Answer(int(head.split(None, 2)[1]), await reader.read())
            finally:
                sending.cancel()
                writer.close()
    except TimeoutError:
        return Answer(UNANSWERED, fault=f"no answer within {ANSWER_SECONDS} seconds")
    except (OSError, asyncio.IncompleteReadError) as error:
        return Answer(CUT_OFF, fault=f"no answer: {type(error).__name__}")


async def dribble(writer: asyncio.StreamWriter, pieces: Iterable[bytes], pause: float) -> None:
    """Send one piece after another, until the server takes no more."""
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
    except OSError:
        return  # it has answered, perhaps


async def hang_up(port: int, piece: bytes, *, seconds: float) -> Answer:
    """Send something, and leave without waiting for an answer."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError as error:
        return Answer(CUT_OFF, fault=f"no connection: {type(error).__name__}")
    writer.write(piece)
    await asyncio.sleep(seconds)
    writer.transport.abort()
    return Answer(GIVEN_UP)


def head(
    route: str, length: int | None, *, kind: str = "application/octet-stream", method: str = "POST"
) -> bytes:
    """Write a request's head; without a length its body comes in chunks."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = f"{method} /api/{route} HTTP/1.1", "Host: localhost", "Connection: close", size
    return "\r\n".join([*lines, f"Content-Type: {kind}", "", ""]).encode()


def form(field: str, files: Iterable[tuple[str, bytes]]) -> bytes:
    """Write a form's body."""
    told = f'--edge\r\nContent-Disposition: form-data; name="{field}"; filename='
    parts = [f'{told}"{name}"\r\n\r\n'.encode() + data + b"\r\n" for name, data in files]
    return b"".join([*parts, b"--edge--\r\n"])


def expect(answer: Answer, *statuses: int, or_cut_off: bool = False) -> Answer:
    """Note a fault when an answer is none of these, and no refusal for want of a place.

    Whoever never stops sending may be told by a closed connection alone.
    """
    if or_cut_off and answer.status == CUT_OFF:
        return replace(answer, fault="")
    if answer.fault or answer.status in (*statuses, BUSY):
        return answer
    return replace(answer, fault=f"{answer.status} in place of {statuses}: {answer.body[:200]!r}")


async def send_picture(route: str, port: int, rng: np.random.Generator) -> list[Answer]:
    """Send one of the corpus; what is no picture must be refused, a seven must be read."""
    case = PICTURES[rng.integers(len(PICTURES))]
    answer = await exchange(port, [head(route, len(case.data)), case.data])
    answer = expect(answer, *((400, 413, 415) if case.is_refused else (200,)))
    if route == "predict" and answer.status == 200:
        answer = judge(answer, case.outcome, json.loads(answer.body))
    return [replace(answer, fault=f"{case.name}: {answer.fault}") if answer.fault else answer]


async def send_batch(port: int, rng: np.random.Generator) -> list[Answer]:
    """Send twenty of the corpus in one form; each must come to what it should."""
    cases = [PICTURES[place] for place in rng.permutation(len(PICTURES))[:20]]
    body = form("files", [(case.name, case.data) for case in cases])
    answer = expect(await exchange(port, [head("predict/batch", len(body), kind=FORM), body]), 200)
    if answer.status == 200:
        for case, result in zip(cases, json.loads(answer.body)["results"], strict=True):
            answer = judge(answer, case.outcome, result)
    return [answer]


def judge(answer: Answer, outcome: str, reading: dict[str, object]) -> Answer:
    """Note a fault when a reading is not what the corpus says must come of the picture."""
    found = reading.get("message") or reading["status"]
    if outcome == DIGIT:
        right = str(reading.get("digit")) == DIGIT
    else:
        right = found == BLANK if outcome == BLANK else str(found).startswith(outcome)
    return answer if right else replace(answer, fault=f"expected {outcome!r}, found {reading}")


async def send_too_much(port: int, rng: np.random.Generator) -> list[Answer]:
    """Send more than is allowed: told, untold, told and far too much, or too many files."""
    many = form("files", [("x", b"x")] * 101)
    bodies: tuple[Iterable[bytes], ...] = (
        [head("predict", 21 << 20), *[MEGABYTE] * 21],
        [head("read", None), *[b"100000\r\n" + MEGABYTE + b"\r\n"] * 22, b"0\r\n\r\n"],
        [head("predict", 1 << 40), *[MEGABYTE] * 2],
        [head("predict/batch", len(many), kind=FORM), many],
    )
    return [expect(await exchange(port, bodies[rng.integers(len(bodies))]), 413)]


async def send_bad_form(port: int, rng: np.random.Generator) -> list[Answer]:
    """Send forms that are cut or have no edge, and bodies of a wrong kind."""
    picture = encode(seven())
    whole = form("file", [("7.png", picture)])
    cut = whole[: rng.integers(len(whole) - 10)]
    kind, body = [
        (FORM, cut),
        ("multipart/form-data", whole),
        ("multipart/form-data; boundary=other", whole),
        ("application/json", picture),
        ("text/plain; charset=\x7f", picture),
        (FORM, b""),
        ("image/png", rng.bytes(5000)),
    ][rng.integers(7)]
    route = ("predict", "read", "predict/batch")[rng.integers(3)]
    return [expect(await exchange(port, [head(route, len(body), kind=kind), body]), 400, 415)]


def bytes_for_ever() -> Iterator[bytes]:
    """Yield one byte after another."""
    while True:
        yield b"x"


async def dribble_body(port: int, rng: np.random.Generator) -> list[Answer]:
    """Send a byte of a body now and then: the server must put an end to it."""

    def pieces() -> Iterator[bytes]:
        yield head("predict", 1 << 20)
        yield from bytes_for_ever()

    answer = await exchange(port, pieces(), pause=0.5 + rng.random())
    return [expect(answer, or_cut_off=True)]


async def never_finish_head(port: int, rng: np.random.Generator) -> list[Answer]:
    """Begin a request, and hold the connection for some seconds."""
    begun = head("predict", 10)[: rng.integers(1, 40)]
    return [await hang_up(port, begun, seconds=20 * rng.random())]


async def leave(port: int, rng: np.random.Generator) -> list[Answer]:
    """Hang up in the middle of a picture, or as soon as it is sent."""
    picture = encode(seven())
    share = rng.choice([0.1, 0.5, 1.0])
    request = head("predict", len(picture)) + picture
    return [await hang_up(port, request[: int(len(request) * share)], seconds=0.1 * rng.random())]


async def flood(port: int, rng: np.random.Generator) -> list[Answer]:
    """Send a good picture sixty times at once: more than there are places."""
    picture = encode(seven())
    request = head(("predict", "read")[rng.integers(2)], len(picture)) + picture
    answers = await asyncio.gather(*(exchange(port, [request]) for _ in range(60)))
    return [expect(answer, 200) for answer in answers]


async def ask_nonsense(port: int, rng: np.random.Generator) -> list[Answer]:
    """Ask for what there is not, in ways that there are not, or in no HTTP at all."""
    requests = (
        head(f"nope/{rng.integers(10**9)}", 0, method="GET"),
        head("predict", 0, method="GET"),
        head("predict", 0, method="BREW"),
        head("../../etc/passwd", 0, method="GET"),
        head("docs/../../server.py", 0, method="GET"),
        head("%2e%2e/%00%ff", 0, method="DELETE"),
        b"GET /api/ HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.bytes(500) + b"\r\n\r\n",
        head("predict", None) + b"zz\r\nno length\r\n",
    )
    answer = await exchange(port, [requests[rng.integers(len(requests))]])
    return [expect(answer, 400, 404, 405)]


async def send_long_head(port: int, rng: np.random.Generator) -> list[Answer]:
    """Send a head beyond what the server takes: it closes the connection with bytes unread.

    Its answer is uvicorn's own, before the API knows of a request, and may be lost by that.
    """
    answer = await exchange(port, [head("a" * int(rng.integers(20_000, 200_000)), 0)])
    return [expect(answer, 400, 404, or_cut_off=True)]


HABITS = (
    Habit("corpus to /predict", partial(send_picture, "predict"), clients=2),
    Habit("corpus to /read", partial(send_picture, "read")),
    Habit("corpus to /predict/batch", send_batch, pause=0.5),
    Habit("too much", send_too_much, pause=0.5),
    Habit("bad forms and types", send_bad_form),
    Habit("bodies dribbled", dribble_body, clients=45),  # more than the server has places
    Habit("heads never finished", never_finish_head, clients=45),
    Habit("hung up", leave, clients=2),
    Habit("floods", flood, pause=4),
    Habit("nonsense", ask_nonsense, clients=2),
    Habit("heads too long", send_long_head),
)
