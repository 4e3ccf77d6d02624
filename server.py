"""The page, and beside it an HTTP API for other programs, in one process.

    streamlit run server.py      # http://localhost:8501, as app.py
    uvicorn server:app           # http://localhost:8000

The API is under /api, its documentation at /api/docs, and metrics are at /metrics;
docs/api.md tells all of it, and service/ does it.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from model_loading import start_loading
from service.api import make_api
from service.logs import configure_logging
from service.settings import SettingsError, read_settings
from service.visitors import mark_visitors

try:
    api = make_api(read_settings())
except SettingsError as error:
    sys.exit(f"server.py: {error}")
page = st.App(Path(__file__).with_name("app.py"))
run_page = page.lifespan()


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Begin to load the model, and run the page, while the server runs."""
    configure_logging()
    start_loading()
    async with run_page(app):
        yield


async def show_documentation(request: Request) -> RedirectResponse:
    """Send a visitor of /api to its documentation."""
    return RedirectResponse("/api/docs")


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/api", show_documentation),
        Mount("/api", api),
        Route("/metrics", api.state.service.metrics.answer),
        Mount("/", mark_visitors(page)),
    ],
)
