"""Page, API and metrics put together into one program of HTTP, as the door server.py starts it.

app = Starlette(**assemble())
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from digits.app.kept.session import get_policy, login
from digits.commands.app import SCRIPTS
from digits.preprocessing.loader import set_up_process
from digits.recognition.background_loader import start_loading
from digits.serving.api.logs import configure_logging
from digits.serving.api.routes import make_api
from digits.serving.api.settings import load_api_settings


def assemble() -> dict[str, Any]:
    """Put page, API and metrics together; `Starlette(**assemble())` serves them.

    Raises:
        ApiSettingsError: if an environment variable of the API has no usable value.
    """
    set_up_process()
    api = make_api(load_api_settings())
    page = st.App(SCRIPTS / "app.py")
    run_page = page.lifespan()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        """Begin to load the model, print the token, and run the page, while the server runs."""
        configure_logging()
        start_loading()
        login.announce(get_policy())
        async with run_page(app):
            yield

    return {
        "lifespan": lifespan,
        "routes": [
            Route("/api", show_documentation),
            Mount("/api", api),
            Route("/metrics", api.state.service.metrics.answer),
            Mount("/", page),
        ],
    }


async def show_documentation(request: Request) -> RedirectResponse:
    """Send a visitor of /api to its documentation."""
    return RedirectResponse("/api/docs")
