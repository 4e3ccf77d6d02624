"""Who may save drawings where, and who comes in as the operator."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from digits.app.kept.access import AccessPolicy, OperatorLogin, SettingsError, access_policy
from digits.app.kept.store import DEFAULT_URL


def allowed(address: str | None, **settings: Any) -> AccessPolicy:
    return access_policy(address=address, settings=settings)


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "127.0.0.2", "::1"])
def test_a_server_of_this_computer_alone_keeps_drawings_without_any_setting(address: str) -> None:
    policy = allowed(address)
    assert policy.can_save and policy.is_local and policy.has_login
    assert policy.url == DEFAULT_URL


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.4", "digits.example"])
def test_a_server_that_others_reach_keeps_nothing_until_it_is_told_to(address: str | None) -> None:
    assert not allowed(address).can_save and not allowed(address).has_login
    assert allowed(address, keep=True).can_save and not allowed(address, keep=True).is_local


def test_settings_turn_keeping_off_and_name_database_and_password() -> None:
    assert not allowed("localhost", keep=False).can_save
    policy = allowed(None, keep=True, database="postgresql://db/digits", operator_password="x")
    assert policy.url == "postgresql://db/digits"
    assert policy.password == "x" and "x'" not in repr(policy)
    assert allowed(None, operator_password="x").has_login


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"keep": "yes"}, "Expected keep = true or keep = false"),
        ({"database": 5}, "Expected database and operator_password in quotes"),
        ({"operator_pasword": "x"}, "Received: operator_pasword"),
    ],
)
def test_wrong_settings_get_one_sentence(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        access_policy(address="localhost", settings=settings)


def test_the_password_alone_lets_the_operator_in() -> None:
    login = OperatorLogin(wrong_seconds=0)
    assert login.verify("größer als 12", password="größer als 12")
    assert not login.verify("GRÖSSER", password="größer als 12")
    assert not login.verify(login.token, password="größer als 12")


def test_without_a_password_it_is_a_token_that_each_server_draws() -> None:
    one, other = OperatorLogin(wrong_seconds=0), OperatorLogin(wrong_seconds=0)
    assert len(one.token) >= 20 and one.token != other.token
    assert one.verify(one.token, password="")
    for wrong in ("", other.token, one.token[:-1], "None"):
        assert not one.verify(wrong, password="")


def test_the_token_is_announced_once_and_where_it_is_entered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    login = OperatorLogin()
    login.announce(allowed(None))  # nothing is kept
    login.announce(allowed(None, keep=True, operator_password="x"))
    assert capsys.readouterr().out == ""
    for _ in range(3):
        login.announce(allowed(None, keep=True))
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and login.token in said and "Kept drawings" in said


def test_wrong_passwords_wait_for_each_other() -> None:
    login = OperatorLogin(wrong_seconds=0.05)
    started = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        assert not any(pool.map(lambda guess: login.verify(str(guess), password="s"), range(6)))
    assert time.monotonic() - started >= 6 * 0.05
