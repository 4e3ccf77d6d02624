"""The log is one JSON object a line, and keeps what was sent to itself."""

import json
from collections.abc import Iterator

import pytest
import structlog

from digits.serving.api.logs import configure_logging, write_line


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Leave the logging of other tests as it is."""
    yield
    structlog.reset_defaults()


def predict_single(picture: bytes) -> None:
    raise ValueError(f"cannot read {len(picture)} bytes")


def test_a_line_is_json_with_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    write_line("request", path="/api/\n\x1b[31m", status=200)
    written = capsys.readouterr().err
    assert written.count("\n") == 1 and "\x1b" not in written
    line = json.loads(written)
    assert (line["event"], line["level"], line["status"]) == ("request", "info", 200)
    assert line["timestamp"].endswith("Z")


def test_a_fault_tells_its_origin_but_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    try:
        predict_single(b"secret")
    except ValueError as error:
        write_line("request", error=error, status=500)
    written = capsys.readouterr().err
    assert "secret" not in written
    (fault,) = json.loads(written)["exception"]
    assert (fault["exc_type"], fault["exc_value"]) == ("ValueError", "cannot read 6 bytes")
    assert fault["frames"][-1]["name"] == "predict_single"
