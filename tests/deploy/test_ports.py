from __future__ import annotations

import itertools
import random
import socket
import sys

from deploy.local.ports import LOOPBACK, HeldPorts, free_ports, is_free


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        assert not is_free(listener.getsockname()[1])


def test_a_port_whose_listener_has_gone_is_free() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection((LOOPBACK, port)):
            server_side, _ = listener.accept()
            server_side.close()
    assert is_free(port)


def test_no_port_is_given_twice() -> None:
    given = list(itertools.islice(free_ports(random.Random(1)), 50))
    assert len(set(given)) == 50


def test_taken_ports_are_passed_over() -> None:
    expected = next(free_ports(random.Random(2)))
    with socket.create_server((LOOPBACK, expected)):
        assert next(free_ports(random.Random(2))) != expected


def test_a_held_port_is_kept_from_others_while_its_server_comes_and_goes() -> None:
    expected = next(free_ports(random.Random(3)))
    ports, others = HeldPorts(random.Random(3)), HeldPorts(random.Random(3))
    assert ports.take() == expected
    is_held = sys.platform == "linux"  # elsewhere it would be in its own server's way
    for _ in range(2):
        assert (next(free_ports(random.Random(3))) != expected) == is_held
        assert others.hold(expected) != is_held
        with socket.create_server((LOOPBACK, expected)):
            assert next(free_ports(random.Random(3))) != expected
    ports.release()
    others.release()
    assert next(free_ports(random.Random(3))) == expected


def test_no_port_is_held_that_somebody_listens_on() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        assert not HeldPorts(random.Random(4)).hold(listener.getsockname()[1])
