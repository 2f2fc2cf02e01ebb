"""How the command line talks while a job runs."""

from __future__ import annotations

import json

from photodouble.cli.telling import Lines, telling
from photodouble_client.events import Finished, FrameDone, Progress, Warned


class Clock:
    """A clock that stands still until it is moved on."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_log_counts_and_says_how_long_it_will_take_but_not_too_often(capsys):
    clock = Clock()
    lines = Lines(clock)
    for done in range(49):
        lines.say(Progress(done, 48, "motion"))
        clock.now += 1
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "motion 0/48"
    assert said[2] == "motion 10/48, about 38 s left"
    assert said[-1] == "motion 48/48"
    assert len(said) < 15


def test_quiet_json_tells_notes_and_the_end_only(capsys):
    with telling(quiet=True, as_json=True) as say:
        for event in (Progress(1, 2, "motion"), FrameDone(1, "a.exr"), Warned("Look."), Finished("m.json")):
            say(event)
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["warned", "finished"]
