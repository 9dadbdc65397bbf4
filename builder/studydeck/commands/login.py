"""The login at a sync server: from the environment, or from the system's keyring; asked for once, and in no file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TypeVar

from studydeck.engine.device import Login, WrongLoginError, log_in
from studydeck.installing import install_line

_SERVICE = "studydeck"
_USER, _PASSWORD = "STUDYDECK_SYNC_USER", "STUDYDECK_SYNC_PASSWORD"
_ENVIRONMENT = f"set {_USER} and {_PASSWORD} in the environment"
#: Backends that keep what they are given in a file that anybody can read.
_PLAIN = ("keyrings.alt.file",)

_Opened = TypeVar("_Opened")


def logged_in(server: str, open_it: Callable[[Login], _Opened], ask: Callable[[], tuple[str, str]] | None) -> _Opened:
    """What `open_it` makes with a login at the server, which has to raise WrongLoginError if that is refused.

    `ask` returns a name and a password that somebody typed; None if nobody is there to type them. What the server
    accepted is kept in the keyring: the key that it gave, not the password. Raises ValueError with a sentence.
    """
    user, password = os.environ.get(_USER), os.environ.get(_PASSWORD)
    if user and password:
        return open_it(log_in(server, user, password))
    with _keyring() as keyring:
        kept = keyring.get_password(_SERVICE, server)
    if kept:
        try:
            return open_it(Login(server, *json.loads(kept)))
        except WrongLoginError:
            if ask is None:
                raise
    if ask is None:
        raise ValueError(f"no one is here to type a password for {server}; {_ENVIRONMENT}")
    login = log_in(server, *ask())
    with _keyring() as keyring:
        keyring.set_password(_SERVICE, server, json.dumps([login.user, login.key]))
    return open_it(login)


@contextmanager
def _keyring() -> Iterator[ModuleType]:
    """The system's keyring; raises ValueError with a sentence if there is none, or it fails."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        line = install_line("sync")
        raise ValueError(f"the login is kept in the system's keyring; install what opens it: {line}") from None
    try:
        if type(keyring.get_keyring()).__module__.startswith(_PLAIN):
            raise KeyringError("it would keep the login in a plain file")
        yield keyring
    except KeyringError as error:
        said = " ".join(str(error).split()).removesuffix(".")
        raise ValueError(f"the system's keyring can't be used ({said}); {_ENVIRONMENT}") from None
