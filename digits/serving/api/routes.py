"""The HTTP API: its routes, and what they share.

api = make_api(Settings())   # an application of its own, to be mounted at /api
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi_standalone_docs import StandaloneDocs
from starlette.responses import JSONResponse

from digits.locations import MODEL_PATH
from digits.preprocessing.image_io import ImageError, Limits, NotAPictureError, TooLargeError
from digits.preprocessing.normalization import ModelInput
from digits.serving.api.admission import RETRY_SECONDS, WaitingRoom
from digits.serving.api.batching import Model, Reader, prepare
from digits.serving.api.draining import Draining
from digits.serving.api.metrics import Metrics
from digits.serving.api.observability import Observing, note_readings
from digits.serving.api.problems import Problem, add_handlers, document, problem_response
from digits.serving.api.schemas import (
    Batch,
    Card,
    FileError,
    FileReading,
    Health,
    Number,
    Reading,
    flatten,
    to_card,
    to_number,
    to_reading,
)
from digits.serving.api.settings import Settings
from digits.serving.api.uploads import SentFile, receive_files, receive_picture

DESCRIPTION = """Reads handwritten digits. Send a picture, get the digit, how sure the model is,
or that there is none. Errors are `application/problem+json`, with a sentence in `detail`."""

BINARY = {"type": "string", "format": "binary"}
PICTURE = {
    "required": True,
    "content": {
        "multipart/form-data": {  # first, as the documentation's page then has a button for it
            "schema": {"type": "object", "properties": {"file": BINARY}, "required": ["file"]}
        },
        "image/png": {"schema": BINARY},
        "image/jpeg": {"schema": BINARY},
        "application/octet-stream": {"schema": BINARY},
    },
}
PICTURES = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"files": {"type": "array", "items": BINARY, "minItems": 1}},
                "required": ["files"],
            }
        }
    },
}

READING: dict[str, Any] = {"tags": ["Reading"], "responses": document(400, 413, 415, 500, 503)}

router = APIRouter()


@dataclass(frozen=True)
class Service:
    """What all requests share."""

    settings: Settings
    model: Model
    room: WaitingRoom
    metrics: Metrics

    @property
    def limits(self) -> Limits:
        """How large one picture may be."""
        return Limits(self.settings.max_bytes, self.settings.max_megapixels)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Reader]:
        """Hold a place and the model for one request, for no longer than is allowed."""
        with self.room.place():
            try:
                async with asyncio.timeout(self.settings.seconds):
                    yield self.model.get_reader()
            except TimeoutError as error:
                raise Problem(
                    503,
                    f"This took longer than {self.settings.seconds:g} seconds. Try again,"
                    " with a smaller picture or fewer of them.",
                    retry_after=RETRY_SECONDS,
                ) from error

    async def receive(self, request: Request) -> bytes:
        """Receive one picture, as long as its sender holds nobody up."""
        async with self.room.sender():
            return await receive_picture(request, limit=self.settings.max_bytes)


def make_api(settings: Settings, *, model_path: Path = MODEL_PATH) -> FastAPI:
    """Make the API; its `state.service` holds what its routes share.

    Args:
        settings: its limits.
        model_path: the model to read with. Defaults to the one that ships.
    """
    metrics = Metrics()
    room = WaitingRoom(
        places=settings.places, threads=settings.threads, on_refusal=metrics.refused.inc
    )
    model = Model(model_path)
    metrics.watch(places=lambda: room.taken, loaded=model.is_ready)
    api = FastAPI(
        title="Handwritten digits",
        version="1",
        description=DESCRIPTION,
        docs_url="/docs",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
    )
    api.state.service = Service(settings, model, room, metrics)
    api.include_router(router)
    add_handlers(api)
    api.add_exception_handler(ImageError, answer_image_error)
    api.add_middleware(Observing, metrics=metrics)
    api.add_middleware(Draining)
    StandaloneDocs(api)  # its page from this server, where FastAPI's is from another
    return api


@router.post(
    "/predict",
    summary="Read one digit",
    openapi_extra={"requestBody": PICTURE},
    **READING,
)
async def predict(request: Request) -> Reading:
    """Read all ink of a picture as one digit: the body itself, or the form's `file`."""
    service: Service = request.app.state.service
    async with service.turn() as reader:
        data = await service.receive(request)
        model_input = await service.room.run(prepare, data, service.limits)
        predictions = await reader.predict([model_input])
    note_readings(request, predictions)
    return to_reading(predictions[0], reader.name)


@router.post(
    "/predict/batch",
    summary="Read many pictures of one digit each",
    openapi_extra={"requestBody": PICTURES},
    **READING,
)
async def predict_batch(request: Request) -> Batch:
    """Read each of the form's `files`; one that cannot be read has a message instead."""
    service: Service = request.app.state.service
    settings = service.settings
    async with service.turn() as reader:
        async with service.room.sender():
            files = await receive_files(
                request, limit=settings.max_batch_bytes, count=settings.max_files
            )
        prepared = await prepare_all(service, files)
        readable = [one for one in prepared if not isinstance(one, ImageError)]
        predictions = await reader.predict(readable)
    note_readings(request, predictions)
    rest = iter(predictions)
    return Batch(
        results=[
            FileError(file=file.name, message=str(one))
            if isinstance(one, ImageError)
            else FileReading(file=file.name, **flatten(next(rest), reader.name))
            for file, one in zip(files, prepared, strict=True)
        ]
    )


@router.post(
    "/read",
    summary="Read a number of several digits",
    openapi_extra={"requestBody": PICTURE},
    **READING,
)
async def read(request: Request) -> Number:
    """Find the digits of a picture, line by line, and read each."""
    service: Service = request.app.state.service
    async with service.turn() as reader:
        data = await service.receive(request)
        reading = await service.room.run(reader.predict_number, data, service.limits)
    note_readings(request, [digit.prediction for digit in reading.digits])
    return to_number(reading, reader.name)


@router.get(
    "/health",
    tags=["Server"],
    summary="Is the model ready?",
    response_model_exclude_none=True,
    responses=document(500, 503),
)
async def health(request: Request) -> Health:
    """Answer 200 when the model reads; 503 while it is loaded, or when it cannot be."""
    service: Service = request.app.state.service
    reader = service.model.get_reader()
    return Health(model=reader.name, warning=reader.recognizer.warning or None)


@router.get("/model", tags=["Server"], summary="The model's card", responses=document(500, 503))
async def model(request: Request) -> Card:
    """Tell what the model is, and what was measured on it."""
    service: Service = request.app.state.service
    return to_card(service.model.get_reader().recognizer)


async def prepare_all(
    service: Service, files: list[SentFile]
) -> list[ModelInput | None | ImageError]:
    """Decode and preprocess files, no more at once than there are threads.

    So requests of others come in between, and a batch holds nobody up.
    """
    turns = asyncio.Semaphore(service.settings.threads)

    async def prepare_one(file: SentFile) -> ModelInput | None | ImageError:
        async with turns:
            try:
                return await service.room.run(prepare, file.data, service.limits)
            except ImageError as error:
                return error

    return await asyncio.gather(*map(prepare_one, files))


async def answer_image_error(request: Request, error: Exception) -> JSONResponse:
    """Answer a picture that cannot be read, with the sentence that says why."""
    status = 400
    if isinstance(error, TooLargeError):
        status = 413
    elif isinstance(error, NotAPictureError):
        status = 415
    return problem_response(status, str(error))
