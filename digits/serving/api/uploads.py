"""Pictures out of requests: as the body, or in a form; cut off when they grow too large.

    data = await receive_picture(request, limit=20_000_000)

Nothing is written to disk, and nothing beyond the limit is kept in memory.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from digits.serving.api.problems import Problem

FORM = "multipart/form-data"
# What curl calls any --data-binary, and what says nothing.
UNTOLD = frozenset({"", "application/octet-stream", "application/x-www-form-urlencoded"})
FORM_BYTES = 64 * 1024  # that a form has around its files
# Most clients read no answer before they have sent all: so much is received, and dropped.
DROPPED_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class SentFile:
    """A file of a form, with its name as sent."""

    name: str
    data: bytes


class FormParser(MultiPartParser):
    """Keeps files in memory: what comes in is limited, and a disk may be read-only."""

    spool_max_size = 0  # for Python's spooled files: never to the disk


async def receive_picture(request: Request, *, limit: int) -> bytes:
    """Receive one picture: the body itself, or the field `file` of a form.

    Args:
        request: whose body has not been read.
        limit: bytes of the picture.

    Raises:
        Problem: 413 beyond the limit, 415 for another kind of body, 400 for a form that
            is damaged or has no such file.
    """
    kind = media_type(request)
    if kind == FORM:
        files = await receive_form(request, field="file", limit=limit + FORM_BYTES, count=1)
        return files[0].data
    if kind in UNTOLD or kind.startswith("image/"):
        return b"".join([chunk async for chunk in receive(request, limit=limit)])
    raise Problem(
        415, f"Expected a picture as the body, or a form with 'file', found '{kind[:100]}'."
    )


async def receive_files(request: Request, *, limit: int, count: int) -> list[SentFile]:
    """Receive the field `files` of a form, once or more; arguments and errors as above."""
    kind = media_type(request)
    if kind != FORM:
        raise Problem(415, f"Expected {FORM} with 'files', found '{kind[:100]}'.")
    return await receive_form(request, field="files", limit=limit, count=count)


async def receive_form(request: Request, *, field: str, limit: int, count: int) -> list[SentFile]:
    """Receive the files of a form's field: one at least, `count` at most."""
    parser = FormParser(request.headers, receive(request, limit=limit), max_files=count)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        if error.message.startswith("Too many files"):
            status, most = (413, f"at most {count} files") if count > 1 else (400, "one file")
            raise Problem(status, f"Expected {most}, found more.") from error
        raise Problem(400, f"The form is damaged: {error.message}") from error
    except UnicodeError as error:  # a form may name any of Python's encodings
        raise Problem(400, "The form is damaged: its names are not in its encoding.") from error
    try:
        uploads = [value for value in form.getlist(field) if isinstance(value, UploadFile)]
        if not uploads:
            raise Problem(400, f"Expected a file in the form's field '{field}', found none.")
        return [
            # Half a pair of surrogates, which some encodings allow, is nothing that JSON has.
            SentFile((upload.filename or "").encode(errors="replace").decode(), await upload.read())
            for upload in uploads
        ]
    finally:
        await form.close()


async def receive(request: Request, *, limit: int) -> AsyncGenerator[bytes, None]:
    """Yield a body as it arrives; raise a Problem when it is larger than the limit."""
    problem = Problem(413, f"Expected at most {limit / 2**20:.3g} MB, found more. Send less.")
    declared = request.headers.get("content-length", "0")
    size = int(declared) if declared.isdecimal() else 0
    # A client that says "Expect: 100-continue" waits for this, and sends nothing.
    if size > limit and ("expect" in request.headers or size > limit + DROPPED_BYTES):
        raise problem
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit + DROPPED_BYTES:
            raise problem
        if max(received, size) <= limit:
            yield chunk
    if max(received, size) > limit:
        raise problem


def media_type(request: Request) -> str:
    """Return what a request says that its body is, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
