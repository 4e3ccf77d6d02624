"""The API keeps what its OpenAPI document says, whatever is sent (schemathesis).

The long form is `python -m benchmarks.robustness.api_fuzz`.
"""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from digits.recognition.background_loader import start_loading
from digits.serving.api.routes import make_api
from digits.serving.api.settings import Settings
from tests.support import sent_pictures  # noqa: F401

EXAMPLES = 8  # a route


app = Starlette(routes=[Mount("/api", make_api(Settings()))])
schema = schemathesis.openapi.from_asgi("/api/openapi.json", app)  # needs no model


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Wait until the model answers."""
    start_loading().result(120)


def keep_the_document(path: str) -> Callable[[schemathesis.Case[Any]], None]:
    """Make a test of one route; all routes in one would share an id, and one be run, by xdist."""

    @schema.include(path=path).parametrize()
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def keeps_its_document(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate()

    return keeps_its_document


test_predict_keeps_its_document = keep_the_document("/predict")
test_a_batch_keeps_its_document = keep_the_document("/predict/batch")
test_read_keeps_its_document = keep_the_document("/read")
test_health_keeps_its_document = keep_the_document("/health")
test_model_keeps_its_document = keep_the_document("/model")


def test_each_route_documents_its_answers_and_shows_an_example() -> None:
    with TestClient(app) as client:
        document = client.get("/api/openapi.json").json()
    assert set(document["paths"]) == {"/predict", "/predict/batch", "/read", "/health", "/model"}
    assert document["servers"] == [{"url": "/api"}]
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert {"200", "503"} <= set(operation["responses"]), path
            for status, response in operation["responses"].items():
                kind = "application/json" if status == "200" else "application/problem+json"
                assert list(response["content"]) == [kind]
    for name in ("Reading", "Number", "Batch", "Health"):
        assert document["components"]["schemas"][name]["examples"], name


@pytest.mark.parametrize("asset", ["swagger-ui.css", "swagger-ui-bundle.js", "fastapi/favicon.png"])
def test_the_documentation_needs_no_other_host(asset: str) -> None:
    with TestClient(app) as client:
        page = client.get("/api/docs").text
        assert "http" not in page.replace("https://github.com", "")
        assert f'"/api/docs/{asset}"' in page
        assert client.get(f"/api/docs/{asset}").status_code == 200
