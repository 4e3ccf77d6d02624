"""What only a browser shows of the Draw view: titles, files, layout, a real canvas."""

from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.support.digit_drawings import draw_side_by_side
from tests.support.hand import canvas_corner, draw_strokes_with_mouse, draw_with_mouse


def shown(page: Page) -> Locator:
    return page.get_by_test_id("stMetricValue")


def photograph_canvas(page: Page, path: Path) -> np.ndarray:
    page.mouse.move(5, 5)  # off the canvas, so that its own toolbar hides
    page.locator("canvas").last.evaluate("e => e.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(500)
    left, top = canvas_corner(page)
    clip = {"x": left + 2, "y": top + 2, "width": 276, "height": 276}
    page.screenshot(path=path, clip=clip)  # type: ignore[arg-type]
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L")).astype(int)


def test_a_number_is_read_and_names_the_page(page: Page) -> None:
    draw_strokes_with_mouse(page, draw_side_by_side("47").strokes)
    expect(shown(page)).to_have_text("47")
    expect(page).to_have_title("47 - Handwritten digits")
    expect(page.get_by_role("status").filter(has_text="Read as 4 7.")).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(page).to_have_title("Handwritten digits")


def test_a_drawing_opened_again_looks_the_same_and_is_drawn_on(page: Page, tmp_path: Path) -> None:
    draw_with_mouse(page, 4)
    expect(shown(page)).to_have_text("4")
    before = photograph_canvas(page, tmp_path / "before.png")
    page.get_by_role("button", name="Clear").click()
    expect(shown(page)).to_have_count(0)
    page.get_by_role("button", name="Open 4").click()
    expect(shown(page)).to_have_text("4")
    page.wait_for_timeout(500)
    after = photograph_canvas(page, tmp_path / "after.png")
    assert before.max() == 255
    assert np.abs(before - after).mean() < 0.1
    seven = [stroke * 0.4 + [150, 10] for stroke in draw_side_by_side("7").strokes]
    draw_strokes_with_mouse(page, seven)
    page.wait_for_timeout(800)  # an undo within 200 ms of pen up would take both
    page.get_by_role("button", name="Undo stroke").click()
    expect(shown(page)).to_have_text("4")


def test_a_saved_drawing_opens_on_another_page(page: Page, app_url: str) -> None:
    draw_with_mouse(page, 5)
    expect(shown(page)).to_have_text("5")
    page.get_by_role("button", name="Save or open").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Picture").click()
    data = Path(download.value.path()).read_bytes()
    page.goto(app_url)
    expect(page.get_by_text("Draw one digit")).to_be_visible()
    page.get_by_role("button", name="Save or open").click()
    file = {"name": "drawing.png", "mimeType": "image/png", "buffer": data}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(shown(page)).to_have_text("5")


def test_nothing_below_the_answer_moves_when_it_changes(phone: Page) -> None:
    expect(phone.get_by_text("Draw one digit")).to_be_visible()
    slider = phone.get_by_test_id("stSlider")
    expect(slider).to_be_visible()
    expect(phone.locator("canvas").last).to_be_visible()
    places = [slider.bounding_box()]
    draw_strokes_with_mouse(phone, draw_side_by_side("47").strokes[:2])
    expect(shown(phone)).to_have_text("4")
    expect(phone.get_by_test_id("stVegaLiteChart")).to_be_visible()
    places.append(slider.bounding_box())
    draw_strokes_with_mouse(phone, draw_side_by_side("47").strokes[2:])
    expect(shown(phone)).to_have_text("47")
    places.append(slider.bounding_box())
    heights = [place["y"] for place in places if place]
    assert max(heights) - min(heights) < 2
    assert shown(phone).evaluate("e => e.getBoundingClientRect().bottom") < 844
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
