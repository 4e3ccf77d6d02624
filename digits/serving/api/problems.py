"""Errors as application/problem+json (RFC 9457), one clear sentence each.

raise Problem(413, "Expected at most 20 MB. Save the picture smaller.")
"""

from http import HTTPStatus
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from digits.preprocessing.image_io import NotAPictureError, TooLargeError

MEDIA_TYPE = "application/problem+json"
FAULT = "Something went wrong here, and was written to the log. Please report it."

SAMPLE_DETAILS = {
    400: "The picture is damaged or cut short: image file is truncated.",
    413: "Expected at most 20 MB, found more. Send less.",
    415: "Expected a picture such as PNG or JPEG, found none.",
    500: FAULT,
    503: "All 40 places are taken. Try again in a second.",
}
RETRY_AFTER = {
    "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 1}}
}


class ProblemDetails(BaseModel):
    """Why a request was not answered as it asked."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(
        default="about:blank", description="always about:blank: the status says the kind"
    )
    title: str = Field(description="the status in words", examples=["Content Too Large"])
    status: int = Field(description="the HTTP status", examples=[413])
    detail: str = Field(description="what was expected, what came, what to do")


class Problem(HTTPException):
    """An answer other than 200, with a sentence for the person who called."""

    def __init__(self, status: int, detail: str, *, retry_after: int | None = None) -> None:
        """Describe the problem.

        Args:
            status: of HTTP.
            detail: one sentence or two.
            retry_after: seconds after which to try again. Defaults to not saying.
        """
        headers = None if retry_after is None else {"Retry-After": str(retry_after)}
        super().__init__(status, detail, headers)


def problem_fields(status: int, detail: str) -> dict[str, Any]:
    """Write a problem as the values of its JSON."""
    title = HTTPStatus(status).phrase
    return ProblemDetails(title=title, status=status, detail=detail).model_dump()


def problem_response(
    status: int, detail: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Answer with a problem."""
    return JSONResponse(problem_fields(status, detail), status, headers, media_type=MEDIA_TYPE)


async def answer_http_error(request: Request, error: Exception) -> JSONResponse:
    """Answer a problem, or what the framework raises for paths and methods."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    path = request.url.path[:200]
    detail = error.detail
    if error.status_code == 404:  # this and the next come from the framework alone
        detail = f"There is nothing at '{path}'. All that there is: /api/docs."
    elif error.status_code == 405:
        detail = f"'{path}' does not take {request.method[:20]}, but {headers['Allow']}."
    return problem_response(error.status_code, detail, headers)


async def answer_image_error(request: Request, error: Exception) -> JSONResponse:
    """Answer a picture that cannot be read, with the sentence that says why."""
    statuses: dict[type[Exception], int] = {TooLargeError: 413, NotAPictureError: 415}
    return problem_response(statuses.get(type(error), 400), str(error))


def document(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe problems for OpenAPI, one response a status."""
    schema = ProblemDetails.model_json_schema()
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                MEDIA_TYPE: {
                    "schema": schema,
                    "example": problem_fields(status, SAMPLE_DETAILS[status]),
                }
            },
        }
        | ({"headers": RETRY_AFTER} if status == 503 else {})
        for status in statuses
    }
