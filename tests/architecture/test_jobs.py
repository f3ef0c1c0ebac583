"""Every job that is enqueued is one that the worker knows, and the other way round."""

from app.jobs import worker
from tests.architecture import rules
from tests.architecture.source import read, snippet


def test_the_names_enqueued_are_those_of_the_worker():
    names, strays = rules.list_enqueued(read("app"))
    assert strays == []
    assert names == set(worker.JOBS)


def test_a_name_enqueued_is_seen_and_one_that_is_no_plain_text_too():
    sources = snippet("app/workflows/x.py", 'enqueue("a.b", id=1)\nqueue.enqueue(f"a.{x}")')
    assert rules.list_enqueued(sources) == ({"a.b"}, ["app/workflows/x.py:2"])
