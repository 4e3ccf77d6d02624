"""What axe-core finds on a page, as far as it keeps somebody from using it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = ("serious", "critical")  # axe's own words


def find_serious_faults(page: Page, *, part: str = "body") -> list[str]:
    """Run axe on a part of the page, named by a CSS selector; return the grave faults."""
    found = Axe().run(page, context=part, options={"resultTypes": ["violations"]})
    return [
        f"{fault['id']}: {node['html']}: {node['failureSummary']}"
        for fault in found.response["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]
