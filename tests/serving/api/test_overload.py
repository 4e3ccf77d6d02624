"""Under overload: an answer at once, nothing piles up, and what was let in is read."""

import asyncio
import dataclasses
import os
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from fastapi import FastAPI

from digits.preprocessing.normalization import Candidates
from digits.recognition.background_loader import start_loading
from digits.recognition.compiled_model import CompiledModel
from digits.recognition.engine import Answers, ModelInputs
from digits.recognition.recognizer import Recognizer
from digits.serving.api import draining, routes
from digits.serving.api.admission import SLOW_SECONDS
from digits.serving.api.routes import make_api, prepare
from digits.serving.api.served_model import ServedModel
from digits.serving.api.settings import Settings
from tests.support.digit_drawings import draw, encode_png
from tests.support.event_loops import run_apart

SEVEN = encode_png(draw(7))


def connect(**settings: Any) -> httpx2.AsyncClient:
    """Reach an API in this event loop, without a network."""
    return reach(make_api(Settings(**settings)))


def reach(api: FastAPI) -> httpx2.AsyncClient:
    """Reach this very API, with its model loaded."""
    start_loading().result(120)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(api), base_url="http://test")


def hold_up(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let no picture be decoded before the event is set."""
    go_on = threading.Event()

    def wait_and_prepare(*arguments: Any) -> Candidates:
        go_on.wait(60)
        return prepare(*arguments)

    monkeypatch.setattr(routes, "prepare", wait_and_prepare)
    return go_on


def test_without_a_free_place_the_answer_is_503_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = hold_up(monkeypatch)

    async def overload() -> None:
        async with connect(places=3, threads=1) as client:
            inside = [asyncio.create_task(client.post("/predict", content=SEVEN)) for _ in range(3)]
            await asyncio.sleep(0.1)
            refused = await client.post("/predict", content=SEVEN)
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "1"
            assert "places are taken" in refused.json()["detail"]
            assert (await client.get("/health")).status_code == 200
            go_on.set()
            assert [one.json()["digit"] for one in await asyncio.gather(*inside)] == [7, 7, 7]
            assert (await client.post("/predict", content=SEVEN)).status_code == 200

    run_apart(overload())


def test_a_request_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = hold_up(monkeypatch)
    api = make_api(Settings(places=1, threads=1, seconds=0.2))

    async def wait() -> None:
        async with reach(api) as client:
            late = await client.post("/predict", content=SEVEN)
            assert late.status_code == 503
            assert "longer than 0.2 seconds" in late.json()["detail"]
            go_on.set()
            # On a busy machine reading takes longer than that: the others get more time.
            patient = api.state.service.settings.model_copy(update={"seconds": 60})
            api.state.service = dataclasses.replace(api.state.service, settings=patient)
            for _ in range(3):  # its place is free again
                assert (await client.post("/predict", content=SEVEN)).status_code == 200

    run_apart(wait())


def test_the_thread_of_a_late_request_ends_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    read = CompiledModel.predict

    def read_slowly(self: CompiledModel, images: ModelInputs) -> Answers:
        asked.append(len(images))
        time.sleep(0.1)
        return read(self, images)

    page = np.vstack([draw(7)] * 30)  # thirty lines: each is asked about
    monkeypatch.setattr(CompiledModel, "predict", read_slowly)

    async def wait() -> None:
        async with connect(threads=1, seconds=0.5) as client:
            late = await client.post("/read", content=encode_png(page))
            assert late.status_code == 503
            assert "longer than 0.5 seconds" in late.json()["detail"]
            await asyncio.sleep(0.3)  # for what was asked already
            count = len(asked)
            await asyncio.sleep(0.5)
            assert len(asked) == count < 30

    run_apart(wait())


def test_a_model_that_is_replaced_answers_until_the_new_one_does(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, go_on = Recognizer.load, threading.Event()

    def wait_and_load(path: Path) -> Recognizer:
        go_on.wait(60)
        return load(path)

    served = ServedModel(model)
    start_loading(model).result(120)
    before = served.get_recognizer()
    monkeypatch.setattr(Recognizer, "load", wait_and_load)
    os.utime(model, ns=(1, 1))  # another file, as far as its time says
    assert served.get_recognizer() is before
    go_on.set()
    start_loading(model).result(120)
    assert served.get_recognizer() is not before


async def dribble(pause: float = 0.05) -> AsyncIterator[bytes]:
    """Send a byte now and then, for ever."""
    while True:
        yield b"x"
        await asyncio.sleep(pause)


def test_a_slow_sender_gives_its_place_to_who_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "DRAIN_SECONDS", 0.5)

    async def crowd() -> None:
        async with connect(places=2, threads=1) as client:
            slow = [asyncio.create_task(client.post("/predict", content=dribble())) for _ in "ab"]
            await asyncio.sleep(0.1)
            early = await client.post("/predict", content=SEVEN)
            assert early.status_code == 503  # they have only begun
            await asyncio.sleep(SLOW_SECONDS)
            assert (await client.post("/predict", content=SEVEN)).json()["digit"] == 7
            assert not slow[1].done()  # there is a place for it
            assert "came slowly" in (await slow[0]).json()["detail"]
            slow[1].cancel()

    run_apart(crowd())


def test_a_body_is_taken_in_before_it_is_refused() -> None:
    sent: list[int] = []

    async def send_all() -> AsyncIterator[bytes]:
        for number in range(5):
            sent.append(number)
            yield b"x"

    async def send() -> None:
        async with connect() as client:
            kind = {"content-type": "application/json"}
            refused = await client.post("/predict", content=send_all(), headers=kind)
            assert refused.status_code == 415
            assert len(sent) == 5

    run_apart(send())


def test_who_never_stops_sending_is_answered_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "SILENCE_SECONDS", 0.05)
    monkeypatch.setattr(draining, "DRAIN_SECONDS", 0.2)
    # Some bytes come just when the server's patience ends.
    pauses = [0.0, 0.001, *np.linspace(0.04, 0.06, 20)]

    async def crowd() -> None:
        async with connect() as client, asyncio.timeout(20):
            kind = {"content-type": "application/json"}
            refused = await asyncio.gather(
                *(client.post("/predict", content=dribble(p), headers=kind) for p in pauses)
            )
            assert {answer.status_code for answer in refused} == {415}

    run_apart(crowd())
