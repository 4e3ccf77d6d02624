"""The HTTP API: its routes, and what they share.

api = make_api(Settings())   # an application of its own, to be mounted at /api
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi_standalone_docs import StandaloneDocs
from starlette.exceptions import HTTPException

from digits.locations import MODEL_PATH
from digits.preprocessing.image_io import ImageError, Limits, decode_image
from digits.preprocessing.normalization import Candidates, preprocess_candidates
from digits.recognition.errors import ModelProcessError
from digits.recognition.recognizer import Recognizer
from digits.serving.api.admission import RETRY_SECONDS, Admission
from digits.serving.api.draining import Draining
from digits.serving.api.metrics import Metrics
from digits.serving.api.observability import Observability, note_predictions
from digits.serving.api.problems import Problem, answer_http_error, answer_image_error, document
from digits.serving.api.schemas import (
    NAME_DIGITS,
    Batch,
    Card,
    FileError,
    FileReading,
    Health,
    Number,
    Reading,
    number_fields,
    reading_fields,
)
from digits.serving.api.served_model import ServedModel
from digits.serving.api.settings import Settings
from digits.serving.api.uploads import SentFile, receive_files, receive_picture

DESCRIPTION = """Reads handwritten digits. Send a picture, get the digit, how sure the model is,
or that there is none. Errors are `application/problem+json`, with a sentence in `detail`."""

BINARY = {"type": "string", "format": "binary"}
FILES = {"type": "array", "items": BINARY, "minItems": 1}
IMAGE_TYPES = ("image/png", "image/jpeg", "application/octet-stream")


def form_with(field: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a form with one field for OpenAPI."""
    form = {"type": "object", "properties": {field: schema}, "required": [field]}
    return {"multipart/form-data": {"schema": form}}


def prediction_route(content: dict[str, Any]) -> dict[str, Any]:
    """Describe a route that takes pictures for OpenAPI."""
    return {
        "tags": ["Reading"],
        "responses": document(400, 413, 415, 500, 503),
        "openapi_extra": {"requestBody": {"required": True, "content": content}},
    }


# The form comes first: the documentation's page then has a button for it.
PICTURE = prediction_route(
    form_with("file", BINARY) | {kind: {"schema": BINARY} for kind in IMAGE_TYPES}
)
PICTURES = prediction_route(form_with("files", FILES))

router = APIRouter()


@dataclass(frozen=True)
class Service:
    """What all requests share."""

    settings: Settings
    model: ServedModel
    admission: Admission
    metrics: Metrics

    @property
    def limits(self) -> Limits:
        """How large one picture may be."""
        return Limits(self.settings.max_bytes, self.settings.max_megapixels)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Recognizer]:
        """Hold a slot and the model for one request, for no longer than is allowed.

        The event loop gives a late request up, and the model stops its thread.
        """
        deadline = time.monotonic() + self.settings.seconds
        with self.admission.acquire():
            try:
                async with asyncio.timeout(self.settings.seconds):
                    yield self.model.get_recognizer().until(deadline)
            except ModelProcessError as error:
                raise Problem(503, str(error), retry_after=RETRY_SECONDS) from error
            except TimeoutError as error:
                raise Problem(
                    503,
                    f"This took longer than {self.settings.seconds:g} seconds. Try again,"
                    " with a smaller picture or fewer of them.",
                    retry_after=RETRY_SECONDS,
                ) from error

    async def receive(self, request: Request) -> bytes:
        """Receive one picture, as long as its sender holds nobody up."""
        async with self.admission.sending():
            return await receive_picture(request, limit=self.settings.max_bytes)


def make_api(settings: Settings, *, model_path: Path = MODEL_PATH) -> FastAPI:
    """Make the API; its `state.service` holds what its routes share.

    Args:
        settings: its limits.
        model_path: the model to predict with. Defaults to the one that ships.
    """
    metrics, model = Metrics(), ServedModel(model_path)
    admission = Admission(
        slots=settings.places, threads=settings.threads, on_refusal=metrics.refused.inc
    )
    metrics.slots.set_function(lambda: admission.taken)
    metrics.loaded.set_function(model.is_ready)
    api = FastAPI(
        title="Handwritten digits",
        version="1",
        description=DESCRIPTION,
        docs_url="/docs",
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: answer_http_error, ImageError: answer_image_error},
    )
    api.state.service = Service(settings, model, admission, metrics)
    api.include_router(router)
    api.add_middleware(Observability, metrics=metrics)
    api.add_middleware(Draining)
    StandaloneDocs(api)  # its page from this server, where FastAPI's is from another
    return api


@router.post("/predict", summary="Read one digit", **PICTURE)
async def predict(request: Request) -> Reading:
    """Read all ink of a picture as one digit: the body itself, or the form's `file`."""
    service: Service = request.app.state.service
    async with service.acquire() as recognizer:
        data = await service.receive(request)
        predictions = await service.admission.run(
            lambda: recognizer.predict_candidates([prepare(data, service.limits)])
        )
    note_predictions(request, predictions)
    return Reading(**reading_fields(predictions[0], name_of(recognizer)))


@router.post("/predict/batch", summary="Read many pictures of one digit each", **PICTURES)
async def predict_batch(request: Request) -> Batch:
    """Read each of the form's `files`; one that cannot be read has a message instead."""
    service: Service = request.app.state.service
    settings = service.settings
    async with service.acquire() as recognizer:
        async with service.admission.sending():
            files = await receive_files(
                request, limit=settings.max_batch_bytes, count=settings.max_files
            )
        prepared = await prepare_all(service, files)
        readable = [one for one in prepared if not isinstance(one, ImageError)]
        predictions = await service.admission.run(recognizer.predict_candidates, readable)
    note_predictions(request, predictions)
    rest = iter(predictions)
    return Batch(
        results=[
            FileError(file=file.name, message=str(one))
            if isinstance(one, ImageError)
            else FileReading(file=file.name, **reading_fields(next(rest), name_of(recognizer)))
            for file, one in zip(files, prepared, strict=True)
        ]
    )


@router.post("/read", summary="Read a number of several digits", **PICTURE)
async def read(request: Request) -> Number:
    """Find the digits of a picture, line by line, and read each."""
    service: Service = request.app.state.service
    async with service.acquire() as recognizer:
        data = await service.receive(request)
        number = await service.admission.run(
            lambda: recognizer.predict_number(decode_image(data, limits=service.limits))
        )
    note_predictions(request, [digit.prediction for digit in number.digits])
    return Number(**number_fields(number, name_of(recognizer)))


@router.get(
    "/health",
    tags=["Server"],
    summary="Is the model ready?",
    response_model_exclude_none=True,
    responses=document(500, 503),
)
async def health(request: Request) -> Health:
    """Answer 200 when the model reads; 503 while it is loaded, or when it cannot be."""
    recognizer = request.app.state.service.model.get_recognizer()
    return Health(model=name_of(recognizer), warning=recognizer.warning or None)


@router.get("/model", tags=["Server"], summary="The model's card", responses=document(500, 503))
async def model(request: Request) -> Card:
    """Tell what the model is, and what was measured on it."""
    recognizer = request.app.state.service.model.get_recognizer()
    return Card.model_validate({**asdict(recognizer.card), "warning": recognizer.warning})


def name_of(recognizer: Recognizer) -> str:
    """Name a model in answers: the first digits of its file's SHA-256."""
    return recognizer.sha256[:NAME_DIGITS]


def prepare(data: bytes, limits: Limits) -> Candidates:
    """Decode and preprocess a picture's file; in a thread."""
    return preprocess_candidates(decode_image(data, limits=limits))


async def prepare_all(service: Service, files: list[SentFile]) -> list[Candidates | ImageError]:
    """Decode and preprocess files, no more at once than there are threads.

    So requests of others come in between, and a batch holds nobody up.
    """
    turns = asyncio.Semaphore(service.settings.threads)

    async def prepare_one(file: SentFile) -> Candidates | ImageError:
        async with turns:
            try:
                return await service.admission.run(prepare, file.data, service.limits)
            except ImageError as error:
                return error

    return await asyncio.gather(*map(prepare_one, files))
