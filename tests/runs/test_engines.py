"""A job that kills its process fails alone; without dask the command says what to install."""

import math
import os
import sys

import pytest

from weizhan.geo.words import InputError
from weizhan.runs.engines import Job, Processes, engine


def test_a_job_that_kills_its_process_again_and_again_harms_no_other():
    runs = Processes(2)
    jobs = [Job("a", "a", os._exit, (1,)), Job("b", "b", math.sqrt, (9.0,))]
    try:
        told = {done.name: done for done in runs.run(jobs)}
    finally:
        runs.close()
    assert told["b"].value == 3.0 and told["b"].why is None
    assert "killed" in told["a"].why["en"]


def test_a_scheduler_without_dask_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError) as refused:
        engine("local", workers=1)
    assert "weizhan[cluster]" in refused.value.message("en")
    assert "weizhan[cluster]" in refused.value.message("zh")


def test_an_address_at_which_nobody_answers_is_named():
    with pytest.raises(InputError) as refused:
        engine("nowhere://127.0.0.1:1", workers=1)
    assert "nowhere://127.0.0.1:1" in refused.value.message("en")
