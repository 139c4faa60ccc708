"""Every benchmark is found and can be called; a wrong name is refused."""

from __future__ import annotations

import inspect

import pytest

from benchmarks.__main__ import discover, load, main, run


def test_every_module_has_a_main_that_takes_quick() -> None:
    names = discover()
    assert {"index_uncertainty", "index_calibration", "index_data_error"} <= set(names)
    for name in names:
        assert list(inspect.signature(load(name)).parameters) == ["quick"]


def test_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["no_such_benchmark"])
    assert stopped.value.code == 2
    assert "unknown benchmark: no_such_benchmark" in capsys.readouterr().err
    assert main(["--list"]) == 0


def test_a_failing_benchmark_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(quick: bool) -> str:
        raise ValueError("no luck")

    monkeypatch.setattr("benchmarks.__main__.load", lambda name: broken)
    assert run(("x",), quick=True) == 1
    assert "no luck" in capsys.readouterr().out
