"""The script that Streamlit starts for page and API together; `digits serve` names it."""

import sys

from starlette.applications import Starlette

from digits.commands.page_and_api import assemble
from digits.serving.api.settings import ApiSettingsError

try:
    # Streamlit looks for this very call in the text of the file that it is started with.
    app = Starlette(**assemble())
except ApiSettingsError as error:
    sys.exit(f"digits serve: {error}")
