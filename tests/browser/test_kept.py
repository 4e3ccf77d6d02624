"""A drawing is judged, kept, found again, opened and deleted, in a real Chromium."""

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.browser.conftest import visit
from tests.support.accessibility import find_serious_faults
from tests.support.hand import draw_with_finger, draw_with_mouse

# Sets the cookie of another browser tab as soon as the page's first WebSocket is open: too late
# for the page to send it.
ANOTHER_TAB = """
window.WebSocket = class extends WebSocket {
    constructor(...given) {
        super(...given);
        const cookie = "digits_owner=" + "A".repeat(43) + "; path=/";
        this.addEventListener("open", () => {
            if (!document.cookie.includes("digits_owner")) document.cookie = cookie;
        });
    }
};
"""


def keep_as_nine(page: Page) -> None:
    """Say of a four that it is a nine, and keep it."""
    expect(page.get_by_test_id("stMetricValue")).to_have_text("4")
    page.get_by_text("Wrong", exact=True).click()
    nine = page.get_by_role("radio", name="9")
    expect(nine).to_be_visible()
    place = nine.bounding_box()
    nine.click()
    page.get_by_text("Keep this drawing").click()
    expect(page.get_by_text("Kept as: 9.")).to_be_visible()
    assert nine.bounding_box() == place  # nothing jumped


def is_picture(request: Request) -> bool:
    """Whether a request is for a picture of Streamlit's, which lives as long as its run."""
    return request.resource_type == "image" and "/media/" in request.url


def test_a_misread_drawing_is_kept_opened_again_and_deleted(page: Page) -> None:
    faults: list[str] = []
    fetched: list[str] = []

    def note(said: ConsoleMessage) -> None:
        if said.type == "error":
            faults.append(f"{said.text} {said.location['url']}")

    page.on("console", note)
    # Of pictures as files some are gone before a slow browser has fetched them.
    page.on("request", lambda sent: fetched.append(sent.url) if is_picture(sent) else None)
    draw_with_mouse(page, 4)
    keep_as_nine(page)
    assert find_serious_faults(page, part=".st-key-verdict") == []
    page.get_by_role("link", name="Kept drawings").click()
    expect(page.get_by_alt_text("Drawing of: 9, read as 4")).to_be_visible()
    assert find_serious_faults(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all").click()
    assert '"label": "9"' in download.value.path().read_text()
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_test_id("stMetricValue")).to_have_text("4")
    page.get_by_role("link", name="Kept drawings").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("turn on Keep this drawing")).to_be_visible()
    assert faults == [] and fetched == []


def test_a_browser_finds_what_it_kept_after_a_reload_and_no_other_one_does(
    page: Page, app_url: str, pocket: BrowserContext
) -> None:
    draw_with_mouse(page, 4)
    keep_as_nine(page)
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "digits_owner"]
    assert cookie["sameSite"] == "Strict" and len(cookie["value"]) == 43
    page.goto(f"{app_url}/kept")
    expect(page.get_by_alt_text("Drawing of: 9, read as 4")).to_be_visible()
    with visit(pocket, f"{app_url}/kept") as stranger:
        expect(stranger.get_by_text("turn on Keep this drawing")).to_be_visible()
        expect(stranger.get_by_alt_text("Drawing of")).to_have_count(0)
        expect(stranger.get_by_role("button", name="Download all")).to_have_count(0)
    assert page.context.cookies()[0]["value"] == cookie["value"]
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("turn on Keep this drawing")).to_be_visible()


def test_of_two_tabs_opened_at_once_both_own_what_they_keep(
    chromium: Browser, app_url: str
) -> None:
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        with context.new_page() as page:
            page.add_init_script(ANOTHER_TAB)
            page.goto(app_url)
            page.wait_for_function("sessionStorage.getItem('digits_owner')")  # it loads again
            draw_with_mouse(page, 4)
            keep_as_nine(page)
        with visit(context, f"{app_url}/kept") as page:
            expect(page.get_by_alt_text("Drawing of: 9, read as 4")).to_be_visible()
            page.get_by_role("button", name="Delete", exact=True).click()
            expect(page.get_by_text("turn on Keep this drawing")).to_be_visible()


def test_on_a_phone_the_same_fits_the_screen(phone: Page, app_url: str) -> None:
    draw_with_finger(phone, 4)
    keep_as_nine(phone)
    phone.goto(f"{app_url}/kept")
    expect(phone.get_by_alt_text("Drawing of: 9, read as 4")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Delete all").click()
    phone.get_by_role("button", name="Yes, delete all").click()
    expect(phone.get_by_text("turn on Keep this drawing")).to_be_visible()
