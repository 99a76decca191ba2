from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from atelier import FREE, Atelier
from okuzuke.generation import store
from okuzuke.generation.studio import HOLD

_KILLED = """
import os, pickle, signal, sys
from pathlib import Path
from atelier import Atelier

folder, now, salts, user, seed = pickle.loads(Path(sys.argv[1]).read_bytes())
atelier = object.__new__(Atelier)
atelier.now, atelier._salts, atelier._seed = now, salts, seed
atelier.open(folder)
killed = atelier.studio_with(lambda: os.kill(os.getpid(), signal.SIGKILL))
killed.generate("だるま百態, red", user=user, count=2, seed=7, key="once")
"""


@pytest.fixture
def killed(atelier: Atelier, tmp_path: Path) -> Atelier:
    """An archive in which another process was killed between its pictures and their record."""
    state = tmp_path / "state"
    state.write_bytes(pickle.dumps((atelier.folder, atelier.now, atelier._salts, atelier.user, b"killed")))
    tests = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", _KILLED, str(state)], cwd=tests, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    return atelier


@pytest.mark.slow
def test_a_process_killed_in_the_middle_charges_nothing_loses_nothing_and_its_credits_come_back(
    killed: Atelier,
) -> None:
    held = killed.till.balance(killed.user)
    assert (held.free_left, held.held) == (FREE - 2, 2)
    with killed.archive.database.reading() as connection:
        requests = store.requests(connection)
        assert [store.outputs_of(connection, request) for request in requests] == [()]
    rebuilt = killed.archive.rebuild()
    assert rebuilt.before == rebuilt.after

    killed.now += HOLD + timedelta(minutes=1)

    back = killed.till.balance(killed.user)
    assert (back.free_left, back.held) == (FREE, 0)
    again = killed.studio.generate("だるま百態, red", user=killed.user, count=2, seed=7, key="once")
    assert len(again.outputs) == 2
    assert killed.till.balance(killed.user).free_left == FREE - 2


@pytest.mark.slow
def test_whoever_types_the_same_key_after_a_kill_need_not_wait(killed: Atelier) -> None:
    again = killed.studio.generate("だるま百態, red", user=killed.user, count=2, seed=7, key="once")

    assert len(again.outputs) == 2
    balance = killed.till.balance(killed.user)
    assert (balance.free_left, balance.held) == (FREE - 2, 0)
