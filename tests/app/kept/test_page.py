"""Right and wrong, and the kept drawings: each state has words of its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from digits.app.canvas.drawing import Drawing
from digits.app.kept.access import OperatorLogin, digest
from digits.app.kept.records import LabelledDrawing
from digits.app.kept.session import OWNER_COOKIE, format_moment, login, open_store
from digits.app.kept.store import DrawingStore
from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.recognition.model_card import ModelCard
from tests.support.digit_drawings import place
from tests.support.pages import open_page, switch_page

PASSWORD = "open, sesame"
COOKIE = "b" * 43  # of the browser that most tests visit with
OWNER = digest(COOKIE)
# What nginx sends by its defaults, and what a visitor adds to look like one of this computer.
NGINX = {"Host": "127.0.0.1"}
FORGED = {**NGINX, "X-Forwarded-For": "127.0.0.1", "X-Real-Ip": "::1", "Forwarded": "for=127.0.0.1"}


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """Cookies and headers that the visitor's browser sends."""
    sent = {"cookies": {OWNER_COOKIE: COOKIE}, "headers": NGINX}
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: sent["cookies"]))
    monkeypatch.setattr(ContextProxy, "headers", property(lambda _: sent["headers"]))
    return sent


@pytest.fixture
def fresh_login(monkeypatch: pytest.MonkeyPatch) -> OperatorLogin:
    """The login of a server that has just started."""
    monkeypatch.setattr(login, "token", OperatorLogin().token)
    monkeypatch.setattr(login, "is_announced", False)
    return login


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that has seen no visitor, with a login that does not wait."""
    monkeypatch.setattr(login, "wrong_seconds", 0.0)
    address = config.get_option("server.address")
    yield
    config.set_option("server.address", address)
    open_store.clear()


def kept_view(url: str, *, address: str = "localhost", **settings: Any) -> AppTest:
    """The view of kept drawings, on a server with these settings."""
    config.set_option("server.address", address)
    app = open_page()
    app.secrets["drawings"] = {"database": url, **settings}
    return switch_page(app, "kept").run()


def fill(store: DrawingStore, *labels: str, owner: str | None = OWNER, **changed: Any) -> list[int]:
    """Save a seven under each of some labels."""
    drawing = Drawing(tuple(place(7)), (18.0,))
    kept = LabelledDrawing(drawing, "7", "7", 0.9, "digit", "5a29429fdfdd")
    return [store.save(replace(kept, label=label, **changed), owner=owner) for label in labels]


def words(app: AppTest) -> str:
    kinds = (app.info, app.error, app.warning, app.caption, app.markdown, app.code, app.subheader)
    return " ".join(str(element.value) for kind in kinds for element in kind)


def shown(app: AppTest) -> int:
    """How many drawings are on the page."""
    assert not app.exception
    return sum(button.label == "Delete" for button in app.button)


def test_without_a_drawing_the_view_says_how_one_gets_here(url: str) -> None:
    app = kept_view(url)
    assert "turn on **Keep this drawing**" in words(app)
    assert shown(app) == 0 and not app.error


def test_drawings_are_shown_with_label_reading_and_time(url: str, store: DrawingStore) -> None:
    fill(store, "7", "1", "none")
    app = kept_view(url)
    assert shown(app) == 3
    assert sum('alt="Drawing of: ' in str(element.value) for element in app.html) == 3
    text = words(app)
    assert "read correctly" in text and "read as 7" in text and "**Not a digit**" in text
    assert "**3** kept" in text and "Only you and whoever runs this server can see it" in text


def test_drawings_are_filtered_by_digit_and_by_mistake(url: str, store: DrawingStore) -> None:
    fill(store, "7", "7", "1", "none")
    app = kept_view(url)
    app.toggle(key="filter_misread").set_value(True).run()
    assert shown(app) == 2 and "**2 of 4**" in words(app)
    app.pills(key="filter_label").set_value("1").run()
    assert shown(app) == 1
    app.pills(key="filter_label").set_value("7").run()
    assert shown(app) == 0 and "No kept drawing is of this kind" in words(app)
    app.toggle(key="filter_misread").set_value(False).run()
    assert shown(app) == 2


def test_many_drawings_come_page_by_page(url: str, store: DrawingStore) -> None:
    fill(store, *["1"] * 45)
    app = kept_view(url)
    assert shown(app) == 20
    app.pagination[0].set_value(3).run()
    assert shown(app) == 5


def test_one_drawing_is_deleted(url: str, store: DrawingStore) -> None:
    first, second = fill(store, "1", "2")
    app = kept_view(url)
    app.button(key=f"delete_{first}").click().run()
    assert shown(app) == 1 and [kept.number for kept in store.find()] == [second]


def test_all_drawings_are_deleted_when_asked_once_more(url: str, store: DrawingStore) -> None:
    fill(store, "1", "2", "3")
    app = kept_view(url)
    assert "Delete these 3 drawings? They cannot be brought back." in words(app)
    app.button(key="delete_all").click().run()
    assert store.count() == 0 and "Keep this drawing" in words(app)


def test_the_command_that_learns_lies_ready(url: str, store: DrawingStore) -> None:
    fill(store, "1", "2")
    app = kept_view(url)
    assert "**2** wait to be learnt from" in words(app)
    assert app.code[0].value == "python train.py --drawings kept.jsonl --from digit_model.keras"


def test_what_the_model_has_learnt_from_no_longer_waits(
    url: str, store: DrawingStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "learnt.keras"
    path.write_bytes(MODEL_PATH.read_bytes())
    (number,) = fill(store, "1")
    until = store.find()[0].kept_at.isoformat()
    ModelCard(sha256_of(path), training={"kept_until": until}).write(path)
    monkeypatch.setattr("digits.app.kept.page.MODEL_PATH", path)
    assert "The model has learnt from all of them" in words(kept_view(url))
    later = replace(store.find()[0], number=0, kept_at=datetime.now(UTC) + timedelta(hours=1))
    assert store.save(later, owner=OWNER) > number
    assert "**1** waits to be learnt from" in words(kept_view(url))


def test_on_a_public_server_nothing_is_kept_until_its_operator_says_so(
    url: str, store: DrawingStore
) -> None:
    fill(store, "1")
    app = kept_view(url, address="0.0.0.0")
    assert "not kept on this page" in words(app) and "keep = true" in words(app)
    assert shown(app) == 0 and not app.text_input


@pytest.mark.parametrize(
    ("address", "headers", "cookie"),
    [
        ("localhost", NGINX, None),
        ("localhost", FORGED, None),
        ("localhost", {}, ""),
        ("localhost", FORGED, OWNER),  # what the database holds in place of the cookie
        ("localhost", NGINX, "c" * 43),
        ("0.0.0.0", FORGED, COOKIE[:-1]),
        ("0.0.0.0", {"Host": "digits.example"}, "' OR 1=1 --"),
        ("0.0.0.0", NGINX, COOKIE.upper()),
    ],
)
def test_a_stranger_gets_to_nothing_that_others_kept(
    url: str,
    store: DrawingStore,
    sent: dict[str, dict[str, str]],
    address: str,
    headers: dict[str, str],
    cookie: str | None,
) -> None:
    fill(store, "1", "2")
    fill(store, "3", owner=None)  # from before there were owners
    sent["headers"] = headers
    sent["cookies"] = {} if cookie is None else {OWNER_COOKIE: cookie}
    app = kept_view(url, address=address, keep=True)
    assert shown(app) == 0 and "**Keep this drawing**" in words(app)
    assert (
        not app.get("download_button")
        and not app.button(key="FormSubmitter:door-Show all drawings").disabled
    )
    visit = app.session_state["visit"]
    assert visit.owner != OWNER and visit.visible_owner == visit.owner
    visit.delete(store)
    visit.delete(store, {1, 2, 3})
    assert store.count() == 3 and list(store.export(owner=visit.owner)) == []


def test_a_browser_finds_what_it_kept_in_another_visit(
    url: str, store: DrawingStore, sent: dict[str, dict[str, str]]
) -> None:
    fill(store, "1", "2", "3", owner=None)
    app = kept_view(url, address="0.0.0.0", keep=True, operator_password=PASSWORD)
    assert shown(app) == 0 and "with this browser" in words(app)
    visit, drawing = app.session_state["visit"], Drawing(tuple(place(8)), (18.0,))
    visit.save(store, "mine", LabelledDrawing(drawing, "8", "6", 0.9, "digit", ""))
    assert COOKIE not in repr(visit)
    app = kept_view(url, address="0.0.0.0", keep=True, operator_password=PASSWORD)
    assert shown(app) == 1 and "Learn from them" not in words(app)
    app.button(key="delete_all").click().run()
    assert shown(app) == 0 and sorted(store.labels()) == ["1", "2", "3"]


def test_a_browser_without_a_cookie_gets_one_that_nobody_can_guess(
    url: str, sent: dict[str, dict[str, str]]
) -> None:
    sent["cookies"] = {}
    apps = [kept_view(url) for _ in range(2)]
    tokens = [app.session_state["visit"].token for app in apps]
    assert len({*tokens}) == 2 and all(len(token) == 43 for token in tokens)
    for app, token in zip(apps, tokens, strict=True):
        (script,) = [one.value for one in app.html if "document.cookie" in one.value]
        assert token in script and "SameSite=Strict" in script


def test_where_nothing_is_kept_no_cookie_is_set(url: str) -> None:
    app = kept_view(url, address="0.0.0.0")
    assert not any("document.cookie" in one.value for one in app.html)


def test_the_operator_sees_all_with_the_password_and_not_without(
    url: str, store: DrawingStore
) -> None:
    fill(store, "1", "2", owner=None)
    app = kept_view(url, address="0.0.0.0", keep=True, operator_password=PASSWORD)
    for wrong in ("open, barley", "", login.token):
        app.text_input(key="password").set_value(wrong)
        app.button[-1].click().run()
        assert "That is not the password" in words(app) and shown(app) == 0
    app.text_input(key="password").set_value(PASSWORD)
    app.button[-1].click().run()
    assert shown(app) == 2 and "All drawings that visitors kept" in words(app)
    assert "Learn from them" in words(app)
    assert "password" not in app.session_state
    app.button(key="leave").click().run()
    assert shown(app) == 0


def test_without_a_password_the_token_that_the_server_prints_opens_all(
    url: str, store: DrawingStore, capsys: pytest.CaptureFixture[str], fresh_login: OperatorLogin
) -> None:
    fill(store, "1", owner=None)
    app = kept_view(url).run()
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "token" in one]
    assert "Kept drawings" in line and shown(app) == 0
    app.text_input(key="password").set_value("guess")
    app.button[-1].click().run()
    assert "That is not the token" in words(app) and shown(app) == 0
    app.text_input(key="password").set_value(line.split()[-1])
    app.button[-1].click().run()
    assert shown(app) == 1
    app.button(key="delete_all").click().run()
    assert store.count() == 0


@pytest.mark.parametrize("settings", [{"operator_password": PASSWORD}, {"keep": False}])
def test_no_token_is_printed_where_it_opens_nothing(
    url: str, settings: Any, capsys: pytest.CaptureFixture[str], fresh_login: OperatorLogin
) -> None:
    kept_view(url, **settings)
    assert "token" not in capsys.readouterr().out


def test_only_the_operator_is_told_which_database_cannot_be_opened() -> None:
    for address in ("localhost", "0.0.0.0"):
        app = kept_view("sqlite:////nowhere/kept.db", address=address, keep=True)
        assert "cannot be kept at the moment" in app.error[0].value and not app.exception
        assert "nowhere" not in words(app)
    app.text_input(key="password").set_value(login.token)
    app.button[-1].click().run()
    assert "cannot be opened: its folder is missing" in app.error[0].value


def test_a_doubted_non_digit_counts_as_read_right_everywhere(url: str, store: DrawingStore) -> None:
    fill(store, "none", status="unsure")
    fill(store, "none", "1")
    app = kept_view(url)
    assert "unsure, read correctly" in words(app)
    app.toggle(key="filter_misread").set_value(True).run()
    assert shown(app) == 2 and "unsure" not in words(app)


@pytest.mark.parametrize("day", [1, 31])
def test_a_moment_is_written_without_what_windows_refuses(
    day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Moment(datetime):
        def astimezone(self, tz: Any = None) -> "Moment":
            return self

        def __format__(self, form: str) -> str:
            assert "%-" not in form
            return super().__format__(form)

    assert format_moment(Moment(2026, 3, day, 9, 5)) == f"{day} Mar, 09:05"


def test_a_database_that_breaks_while_it_is_shown_is_told(url: str, store: DrawingStore) -> None:
    (number,) = fill(store, "1")
    app = kept_view(url)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE drawings")
    app.button(key=f"delete_{number}").click().run()
    assert not app.exception and "cannot be kept" in app.error[0].value


def test_wrong_settings_turn_keeping_off_without_a_fault(url: str) -> None:
    app = kept_view(url, keep="yes")
    assert not app.exception and "not kept on this page" in words(app)


def ask() -> None:
    """A page that asks about a drawing, as Draw does."""
    import streamlit as st

    from digits.app.draw.feedback import ask_feedback

    ask_feedback(st.session_state.drawing, st.session_state.prediction, st.session_state.model)


def asked(url: str, recognizer: Any, digit: int = 4, **changed: Any) -> AppTest:
    """That page, with a drawing of a digit on it."""
    config.set_option("server.address", changed.pop("address", "localhost"))
    app = AppTest.from_function(ask, default_timeout=60)
    app.secrets["drawings"] = {"database": url}
    app.session_state["model"] = recognizer
    show(app, recognizer, digit)
    if changed:
        app.session_state["prediction"] = replace(app.session_state["prediction"], **changed)
    return app.run()


def show(app: AppTest, recognizer: Any, digit: int) -> None:
    strokes = tuple(place(digit))
    drawing = Drawing(strokes, (18.0,) * len(strokes))
    app.session_state["drawing"] = drawing
    app.session_state["prediction"] = recognizer.predict(drawing.draw())


def answer(app: AppTest, word: str) -> None:
    control = app.segmented_control[0]
    control.set_value(
        next(o for o in (":material/check: Right", ":material/close: Wrong") if word in o)
    )
    app.run()


def test_one_tap_says_right_and_nothing_is_stored(
    url: str, store: DrawingStore, recognizer: Any
) -> None:
    app = asked(url, recognizer)
    assert not app.toggle
    answer(app, "Right")
    assert not app.exception and "Thank you." in words(app)
    assert "the strokes, your answer, what was read" in words(app)
    assert not app.pills and not app.toggle[0].value
    assert store.count() == 0


def test_wrong_asks_for_the_digit_and_offers_all_but_the_one_that_was_read(
    url: str, recognizer: Any
) -> None:
    app = asked(url, recognizer)
    answer(app, "Wrong")
    assert app.pills[0].options == [*"012356789", "Not a digit"]
    assert not app.toggle and "Thank you" not in words(app)
    app.pills[0].set_value("9").run()
    assert "Thank you" in words(app) and not app.toggle[0].value


def test_only_the_switch_stores_the_drawing_once_with_the_last_answer(
    url: str, store: DrawingStore, recognizer: Any
) -> None:
    app = asked(url, recognizer)
    answer(app, "Right")
    app.toggle[0].set_value(True).run()
    app.run()
    assert "Kept as: 4" in words(app)
    (kept,) = store.find()
    assert (kept.label, kept.read_as, kept.status) == ("4", "4", "digit")
    assert recognizer.card.sha256.startswith(kept.model)
    answer(app, "Wrong")
    app.pills[0].set_value("none").run()
    assert [kept.label for kept in store.find()] == ["none"]
    app.toggle[0].set_value(False).run()
    assert store.count() == 0


def test_the_next_drawing_is_not_kept_because_the_last_one_was(
    url: str, store: DrawingStore, recognizer: Any
) -> None:
    app = asked(url, recognizer)
    answer(app, "Right")
    app.toggle[0].set_value(True).run()
    show(app, recognizer, 8)
    app.run()
    assert not app.toggle
    answer(app, "Right")
    assert (
        not app.toggle[0].value
        and store.count() == 1
        and "2 of 2 readings in this visit were correct" in words(app)
    )


def test_of_a_doubtful_reading_it_asks_at_once_what_it_is(url: str, recognizer: Any) -> None:
    app = asked(url, recognizer, reject_threshold=2.0)
    assert not app.segmented_control
    assert app.pills[0].options == [*"0123456789", "Not a digit"]
    app.pills[0].set_value("none").run()
    assert "Thank you" in words(app)


def test_nothing_is_asked_of_a_blank_canvas(url: str, recognizer: Any) -> None:
    app = asked(url, recognizer, probabilities=())
    assert not app.segmented_control and not app.pills and not app.toggle


def test_where_nothing_is_kept_answers_are_counted_all_the_same(
    url: str, store: DrawingStore, recognizer: Any
) -> None:
    app = asked(url, recognizer, address="0.0.0.0")
    answer(app, "Right")
    assert not app.toggle and "Thank you. Drawings are not kept here." in words(app)
    assert store.count() == 0


def test_a_database_that_fails_is_told_where_the_drawing_would_be_kept(recognizer: Any) -> None:
    app = asked("sqlite:////nowhere/kept.db", recognizer)
    answer(app, "Right")
    assert not app.error
    app.toggle[0].set_value(True).run()
    assert not app.exception and "cannot be kept at the moment" in app.error[0].value
