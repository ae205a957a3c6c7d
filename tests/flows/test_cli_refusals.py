"""What the command line refuses, and that nothing is lost when it does."""

from pathlib import Path

import pytest

from flows import cli
from operators.control import read_actions
from operators.model import MINUTE


def test_demo_leaves_a_desk_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with somebody's own settings is not emptied, and the message says what to do."""
    desk = tmp_path / "desk"
    desk.mkdir()
    assert cli.main(["init", str(desk / "tingfeng.yaml")]) == 0
    assert cli.main(["demo", "--var", str(desk)]) == 2
    assert (desk / "tingfeng.yaml").exists()
    assert "try an empty folder" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["run", "--processes", "0"], ["collect", "x", "--skip", "-3"]])
def test_numbers_below_their_limit(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Nought processes and negative counts are told at once."""
    with pytest.raises(SystemExit):
        cli.main(command)
    assert "or more" in capsys.readouterr().err


def test_entry_that_is_no_action_is_refused() -> None:
    """What stands in the stream of actions without being one is told; marks are passed over."""
    stamp = f"{MINUTE}-0".encode()
    entries = [(stamp, [b"ack", b"x"]), (stamp, [b"heartbeat", b""]), (stamp, [b"end", b"1"])]
    actions, rejected = read_actions([(one, fields) for one, fields in entries])
    assert actions == ()
    assert [one.rejected.reason for one in rejected] == ["bad_action"]
