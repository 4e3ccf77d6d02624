"""A hand that draws on the page's canvas, with the mouse or with a finger."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from digits.data.strokes import Points
from tests.support.digit_drawings import place

PEN_STEP = 15  # pixels between two places of the pen; at wider ones the canvas rounds corners


def draw_with_mouse(page: Page, digit: int) -> None:
    """Draw the strokes of a digit."""
    draw_strokes_with_mouse(page, place(digit))


def draw_strokes_with_mouse(page: Page, strokes: Sequence[Points]) -> None:
    """Draw strokes, in pixels of the canvas."""
    left, top = canvas_corner(page)
    for stroke in strokes:
        points = stroke + [left, top]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point, steps in pen_moves(points):
            page.mouse.move(*point, steps=steps)
        page.mouse.up()


def pen_moves(points: Points) -> Iterator[tuple[list[float], int]]:
    """Give each further point of a stroke, and in how many steps the pen goes there."""
    for start, end in itertools.pairwise(points):
        yield end.tolist(), max(1, round(float(np.abs(end - start).max()) / PEN_STEP))


def draw_with_finger(page: Page, digit: int) -> None:
    """Draw the strokes of a digit by touch, through Chromium's own input."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, point: list[float] | None) -> None:
        where: list[dict[str, Any]] = [{"x": point[0], "y": point[1]}] if point else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    left, top = canvas_corner(page)
    for stroke in place(digit):
        points = (stroke + np.array([left, top])).tolist()
        touch("touchStart", points[0])
        for start, end in itertools.pairwise(points):
            for part in (0.25, 0.5, 0.75, 1.0):
                touch("touchMove", [a + part * (b - a) for a, b in zip(start, end, strict=True)])
        touch("touchEnd", None)


def canvas_corner(page: Page) -> tuple[float, float]:
    """Find the upper left corner of the canvas that takes the pen, in page pixels."""
    canvas = page.locator("canvas").last
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    return box["x"], box["y"]
