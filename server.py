"""The page, and an HTTP API for other programs, in one process.

    streamlit run server.py      # http://localhost:8501, as app.py
    uvicorn server:app           # http://localhost:8000

The API is under /api, its documentation at /api/docs, and metrics are at /metrics;
docs/api.md describes all of it.
"""

import sys

from starlette.applications import Starlette

from digits.commands.page_and_api import assemble
from digits.serving.api.settings import ApiSettingsError

try:
    # Streamlit looks for this very call in the text of the file that it is started with.
    app = Starlette(**assemble())
except ApiSettingsError as error:
    sys.exit(f"server.py: {error}")
