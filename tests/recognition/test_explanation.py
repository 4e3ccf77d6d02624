"""An explanation adds up, credits ink alone, and says what is true of a digit."""

import numpy as np
import numpy.typing as npt
import pytest

from digits.preprocessing.ink import find_ink
from digits.recognition.explanation import (
    AGAINST,
    FOR,
    Explainer,
    Explanation,
    draw_explanation,
)
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import DIGITS, draw

MEAN_ERROR = 0.03  # of the mean gain: what 48 steps may miss of it, on average
LARGEST_ERROR = 0.10  # of the mean gain: ... of any one picture

Image = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def explainer(recognizer: Recognizer) -> Explainer:
    return Explainer(recognizer)


def explain(
    explainer: Explainer, image: Image, *, digit: str | None = None, rival: str | None = None
) -> Explanation:
    explanation = explainer.explain(image, digit=digit, rival=rival)
    assert explanation is not None
    return explanation


def gain(explanation: Explanation) -> float:
    return explanation.score - explanation.baseline_score


def test_the_map_sums_to_what_the_ink_gained(explainer: Explainer, mnist_digits: Image) -> None:
    enlarged = mnist_digits.repeat(8, axis=1).repeat(8, axis=2)
    explained = [explain(explainer, image) for image in [*map(draw, DIGITS), *enlarged]]
    gains = np.abs([gain(explanation) for explanation in explained])
    errors = np.abs([gain(each) - each.attribution.sum() for each in explained])
    assert errors.mean() < MEAN_ERROR * gains.mean()
    assert errors.max() < LARGEST_ERROR * gains.mean()


def test_the_score_is_the_difference_of_two_logits(
    explainer: Explainer, recognizer: Recognizer
) -> None:
    explanation = explain(explainer, draw(4), digit="4", rival="9")
    batch = np.stack([explanation.model_input, np.zeros_like(explanation.model_input)])
    logs = np.log(recognizer.engine.predict(batch)[0]) * recognizer.card.temperature
    scores = logs[:, 4] - logs[:, 9]
    assert (explanation.score, explanation.baseline_score) == pytest.approx(scores, abs=1e-3)


@pytest.mark.parametrize("digit", DIGITS)
def test_paper_gets_nothing_and_ink_gets_all(explainer: Explainer, digit: int) -> None:
    explanation = explain(explainer, draw(digit))
    paper = explanation.model_input[..., 0] == 0
    assert explanation.attribution.shape == (28, 28)
    assert explanation.attribution.dtype == np.float32
    assert not explanation.attribution[paper].any()
    assert explanation.attribution[~paper].any()


def test_a_blank_picture_has_no_explanation(explainer: Explainer) -> None:
    assert explainer.explain(np.zeros((280, 280, 4), np.uint8)) is None


def test_the_digit_is_the_one_read_and_the_rival_the_next(
    explainer: Explainer, recognizer: Recognizer, mnist_digits: Image
) -> None:
    for image in mnist_digits:
        explanation = explain(explainer, image)
        assert (explanation.digit, explanation.rival) == recognizer.predict(image).candidates[:2]
        assert explanation.score > 0


def test_exchanging_digit_and_rival_turns_every_sign(explainer: Explainer) -> None:
    forth = explain(explainer, draw(7), digit="7", rival="1")
    back = explain(explainer, draw(7), digit="1", rival="7")
    np.testing.assert_allclose(back.attribution, -forth.attribution, atol=1e-3)
    assert back.score == pytest.approx(-forth.score, abs=1e-3)


def test_asking_for_a_class_that_is_not_there_names_those_that_are(explainer: Explainer) -> None:
    with pytest.raises(ValueError, match=r"two of 0, 1, .*Received: 7 and x"):
        explainer.explain(draw(7), rival="x")
    with pytest.raises(ValueError, match="Received: 7 and 7"):
        explainer.explain(draw(7), digit="7", rival="7")


@pytest.mark.parametrize(
    ("digit", "rival", "part"),
    [
        (7, 1, np.s_[:9, :]),  # the bar on top
        (5, 3, np.s_[6:13, :14]),  # the stroke down on the left
        (8, 3, np.s_[:, :14]),  # the left halves of the loops
        (2, 7, np.s_[21:, :]),  # the line at the bottom
    ],
)
def test_the_stroke_that_tells_two_digits_apart_speaks_for_its_digit(
    explainer: Explainer, digit: int, rival: int, part: tuple[slice, slice]
) -> None:
    explanation = explain(explainer, draw(digit), digit=str(digit), rival=str(rival))
    ink = explanation.model_input[..., 0]
    stroke, all_ink = ink[part].sum(), ink.sum()
    said = explanation.attribution[part].sum() / stroke
    rest = (explanation.attribution.sum() - explanation.attribution[part].sum()) / (
        all_ink - stroke
    )
    assert said > 0
    assert said > rest


def test_the_flag_of_a_one_speaks_for_seven(explainer: Explainer) -> None:
    explanation = explain(explainer, draw(1), digit="1", rival="7")
    assert explanation.attribution[:10, :12].sum() < 0


def test_without_the_ink_that_spoke_for_it_a_digit_is_less_sure(
    explainer: Explainer, recognizer: Recognizer
) -> None:
    """Of each drawing the tenth that spoke most for it is erased, or most against it."""
    worse = better = 0.0
    right_order = 0  # digits that lose more with the ink that spoke most for them
    for digit in DIGITS:
        explanation = explain(explainer, draw(digit))
        ink = explanation.model_input[..., 0] > 0
        low, high = np.quantile(explanation.attribution[ink], [0.1, 0.9])
        keep = explanation.attribution < high, explanation.attribution > low
        inputs = [explanation.model_input * mask[..., np.newaxis] for mask in keep]
        logs = np.log(recognizer.engine.predict(np.stack(inputs))[0]) * recognizer.card.temperature
        rival = recognizer.card.class_names.index(explanation.rival)
        without_best, without_worst = logs[:, digit] - logs[:, rival]
        assert without_best < explanation.score
        right_order += without_best < without_worst
        worse += explanation.score - without_best
        better += without_worst - explanation.score
    assert right_order >= 9
    assert worse > 10 * 2  # logits: odds of e ** 2 a digit, at the least
    assert better > -worse / 4


def test_the_map_moves_with_the_drawing(explainer: Explainer) -> None:
    middle, moved = draw(3), draw(3, offset=(40, -30))
    first, second = explain(explainer, middle), explain(explainer, moved)
    np.testing.assert_array_equal(first.attribution, second.attribution)
    assert second.box.left - first.box.left == 40
    assert second.box.top - first.box.top == -30
    rolled = np.roll(draw_explanation(first, middle), (-30, 40), axis=(0, 1))
    np.testing.assert_array_equal(rolled, draw_explanation(second, moved))


@pytest.mark.parametrize(("ink", "paper"), [((255, 255, 255), (0, 0, 0)), ((20, 20, 60),) * 2])
def test_ink_takes_the_colour_of_what_it_said_and_paper_stays(
    explainer: Explainer, ink: tuple[int, int, int], paper: tuple[int, int, int]
) -> None:
    paper = paper if paper != ink else (250, 245, 230)
    image = draw(7, ink=ink, paper=paper)
    explanation = explain(explainer, image, digit="7", rival="1")
    drawn = draw_explanation(explanation, image)
    assert drawn.shape == (280, 280, 3) and drawn.dtype == np.uint8
    is_paper = (image[..., :3] == paper).all(axis=2)
    np.testing.assert_array_equal(drawn[is_paper], image[is_paper][:, :3])
    bar = drawn[50:62, 100:180].reshape(-1, 3).mean(axis=0)
    assert nearer(bar, FOR) and not nearer(bar, AGAINST)
    swapped = explain(explainer, image, digit="1", rival="7")
    bar = draw_explanation(swapped, image)[50:62, 100:180].reshape(-1, 3).mean(axis=0)
    assert nearer(bar, AGAINST) and not nearer(bar, FOR)


def nearer(color: npt.NDArray[np.float64], target: tuple[int, int, int]) -> bool:
    """Whether a colour has come nearer to `target` than to the other of the two."""
    distances = {name: float(np.abs(color - np.array(name)).sum()) for name in (FOR, AGAINST)}
    return min(distances, key=distances.__getitem__) == target


@pytest.mark.parametrize("shape", ["gray", "rgb", "transparent", "large", "small"])
def test_any_picture_can_be_drawn_on(explainer: Explainer, shape: str) -> None:
    image = draw(5)
    transparent = image.copy()
    transparent[..., 3] = image[..., 0]
    pictures = {
        "gray": image[..., 0],
        "rgb": image[..., :3],
        "transparent": transparent,
        "large": image.repeat(5, axis=0).repeat(5, axis=1),
        "small": image[::10, ::10],
    }
    picture = pictures[shape]
    drawn = draw_explanation(explain(explainer, picture), picture)
    side = min(picture.shape[0], 1024)
    assert drawn.shape == (side, side, 3)
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) > 20  # colours, where there was gray


def test_a_photo_that_was_enlarged_can_be_drawn_on(explainer: Explainer) -> None:
    photo = np.random.default_rng(0).integers(195, 215, (14, 14)).astype(np.uint8)
    photo[3:11, 6:8] = 60
    assert draw_explanation(explain(explainer, photo), photo).shape == (14, 14, 3)


def test_ink_that_was_found_is_explained_as_its_picture(explainer: Explainer) -> None:
    ink = find_ink(draw(4))
    assert ink is not None
    explanation = explainer.explain(ink)
    assert explanation is not None and explanation.ink is ink
    assert explanation.score == explain(explainer, draw(4)).score
