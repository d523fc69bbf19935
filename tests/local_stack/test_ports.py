"""Ports for servers that are about to start: two that come at the same time must not get the same one."""

import socket

import pytest

from local_stack import ports
from local_stack.ports import HOST, free_port, is_free


def test_no_port_is_given_twice_before_anybody_listens_on_it(monkeypatch):
    monkeypatch.setattr(ports, "_PART", 20)
    monkeypatch.setattr(ports, "_GIVEN", set())
    monkeypatch.setattr(ports, "is_free", lambda _: True)
    given = [free_port() for _ in range(20)]
    assert len(set(given)) == len(given)
    with pytest.raises(OSError, match="every port"):
        free_port()


def test_neighbours_choose_in_parts_of_their_own(monkeypatch):
    chosen = {}
    for process in (40, 41):
        monkeypatch.setattr("os.getpid", lambda process=process: process)
        chosen[process] = {free_port() // 1000 for _ in range(20)}
    assert chosen == {40: {21}, 41: {22}}


def test_a_port_that_somebody_listens_on_is_not_free():
    port = free_port()
    assert is_free(port)
    with socket.socket() as listening:
        listening.bind((HOST, port))
        listening.listen()
        assert not is_free(port)
    assert is_free(port)
