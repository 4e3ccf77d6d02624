"""Pictures are dropped, pasted and read, in a real Chromium on a desk and on a phone."""

import base64
import csv
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.digit_drawings import draw, encode_png
from tests.support.paths import PROJECT

# What a browser does for Ctrl+V; Chromium keeps its clipboard from scripts.
PASTE = """async (data) => {
    const blob = await (await fetch("data:image/png;base64," + data)).blob();
    const transfer = new DataTransfer();
    transfer.items.add(new File([blob], "image.png", { type: "image/png" }));
    const options = { clipboardData: transfer, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new ClipboardEvent("paste", options));
}"""


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_many_pictures_are_read_pasted_taken_along_and_kept(page: Page, tmp_path: Path) -> None:
    errors: list[str] = []
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    page.get_by_role("link", name="Read pictures").click()
    expect(page.get_by_role("heading", name="No picture at hand?")).to_be_visible()
    files = {
        "four.png": encode_png(draw(4, ink=(40, 50, 110), paper=(244, 240, 228))),
        "broken.png": b"broken",
        "large.png": bytes(21_000_000),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    page.locator("input[type=file]").set_input_files([tmp_path / name for name in files])
    expect(page.get_by_role("heading", name="2 pictures: 1 read, 1 not readable")).to_be_visible()
    expect(page.get_by_text("Expected a picture such as PNG or JPEG")).to_be_visible()
    expect(page.get_by_text("Files marked red were left out")).to_be_visible()
    expect(page).to_have_title("2 pictures: 1 read, 1 not readable")
    expect(page.get_by_role("img", name="four.png: 4")).to_be_visible()

    seven = (PROJECT / "tests" / "assets" / "seven.png").read_bytes()
    page.evaluate(PASTE, base64.b64encode(seven).decode())
    expect(page.get_by_role("img", name="image.png: 7")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert [(row["file"], row["number"]) for row in rows] == [
        ("four.png", "4"), ("broken.png", ""), ("image.png", "7"),
    ]  # fmt: skip

    page.get_by_role("link", name="The model").click()
    expect(page.get_by_role("img", name="four.png: 4")).to_have_count(0)
    page.get_by_role("link", name="Read pictures").click()
    expect(page.get_by_role("img", name="four.png: 4")).to_be_visible()
    expect(page.get_by_role("heading", name="3 pictures")).to_be_visible()
    assert not scrolls_sideways(page)
    assert errors == []


def test_on_a_phone_the_examples_are_read_and_options_show_at_once(
    phone: Page, app_url: str
) -> None:
    phone.goto(f"{app_url}/pictures")
    phone.get_by_role("button", name="Read the examples").tap()
    expect(phone.get_by_role("heading", name="8 pictures: 7 read, 1 to check")).to_be_visible()
    first = phone.get_by_test_id("stImage").first.get_by_role("img")
    expect(first).to_have_attribute("alt", "four-or-nine.jpg: 9")
    assert not scrolls_sideways(phone)
    phone.get_by_text("Options", exact=True).tap()
    phone.get_by_text("One digit", exact=True).tap()
    expect(phone.get_by_role("heading", name="7 read, 1 to check")).to_have_count(0)
    expect(phone.get_by_role("heading", name="8 pictures")).to_be_visible()
    assert not scrolls_sideways(phone)
