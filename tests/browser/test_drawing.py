"""The visitor's story, in a real Chromium."""

from playwright.sync_api import Page, expect

from tests.support.hand import draw_with_finger, draw_with_mouse


def test_digits_drawn_with_the_mouse_are_read_one_after_another(page: Page) -> None:
    shown = page.get_by_test_id("stMetricValue")
    for digit in range(10):
        draw_with_mouse(page, digit)
        expect(shown).to_have_text(str(digit))
        page.get_by_role("button", name="Clear").click()
        expect(shown).to_have_count(0)


def test_digit_drawn_with_a_finger_is_read_and_the_page_stays(phone: Page) -> None:
    expect(phone.get_by_role("button", name="Clear")).to_be_visible()
    draw_with_finger(phone, 7)
    expect(phone.get_by_test_id("stMetricValue")).to_have_text("7")
    assert phone.evaluate("window.scrollY") == 0


def test_the_page_asks_no_other_host(page: Page, app_url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    draw_with_mouse(page, 7)
    expect(page.get_by_test_id("stMetricValue")).to_have_text("7")
    hosts = (app_url, app_url.replace("http", "ws"), "data:", "blob:")
    assert asked and [url for url in asked if not url.startswith(hosts)] == []


def test_a_drawing_survives_brush_undo_and_another_view(page: Page) -> None:
    shown = page.get_by_test_id("stMetricValue")
    draw_with_mouse(page, 1)
    expect(shown).to_have_text("1")
    draw_with_mouse(page, 0)  # a one in a zero is neither
    expect(page.get_by_role("button", name="Undo stroke")).to_be_enabled()
    page.wait_for_timeout(1000)  # an undo within 200 ms of pen up would take both
    page.get_by_role("button", name="Undo stroke").click()
    expect(shown).to_have_text("1")
    page.get_by_role("slider").press("ArrowRight")
    expect(page.get_by_text("21 px")).to_be_visible()
    expect(shown).to_have_text("1")
    page.get_by_role("link", name="Read pictures").click()
    expect(page.get_by_role("heading", name="Read pictures")).to_be_visible()
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(shown).to_have_text("1")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Draw one digit")).to_be_visible()
