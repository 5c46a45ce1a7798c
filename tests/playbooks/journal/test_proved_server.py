"""A journal's server elsewhere proves who it is, or a person is told that it need not."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.proved_server import unproved_mode
from egovnet.tasks.way_there import warn_once
from tests.playbooks.postgresql import PostgresServer

FAR = "postgresql+psycopg://u:p@journal.example.gov/egovnet"


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        (FAR, "prefer"),
        (f"{FAR}?sslmode=disable", "disable"),
        (f"{FAR}?sslmode=require", "require"),
        (f"{FAR}?sslmode=verify-ca", ""),
        (f"{FAR}?sslmode=verify-full&sslrootcert=/etc/ca.pem", ""),
        ("postgresql+psycopg://u@10.0.0.1:5432/egovnet", "prefer"),
        ("postgresql+psycopg://u@[2001:db8::1]/egovnet", "prefer"),
        ("postgresql+psycopg:///egovnet?host=10.0.0.1", "prefer"),
        ("postgresql+psycopg://127.0.0.1/egovnet?hostaddr=10.0.0.1", "prefer"),
        ("postgresql+psycopg:///egovnet?host=127.0.0.1,10.0.0.1", "prefer"),
        ("postgresql+psycopg:///egovnet?host=/run/postgresql", ""),
        ("postgresql+psycopg:///egovnet", ""),
        ("postgresql+psycopg://127.0.0.1/egovnet", ""),
        ("postgresql+psycopg://[::1]/egovnet", ""),
        ("postgresql+psycopg://localhost/egovnet", ""),
        ("postgresql+psycopg://localhost.example/egovnet", "prefer"),
        ("sqlite:////var/lib/egovnet/journal.db", ""),
    ],
)
def test_whose_server_need_not_prove_who_it_is(
    url: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)
    assert unproved_mode(make_url(url)) == mode


def test_what_libpq_takes_from_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert unproved_mode(make_url(FAR)) == ""
    assert unproved_mode(make_url(f"{FAR}?sslmode=prefer")) == "prefer"
    monkeypatch.delenv("PGSSLMODE")
    monkeypatch.setenv("PGHOST", "10.0.0.1")
    assert unproved_mode(make_url("postgresql+psycopg:///egovnet")) == "prefer"


def test_it_is_told_once_and_without_the_password(
    postgresql: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """0.0.0.0 is this machine to connect to, and no loopback address."""
    url = postgresql.fresh()
    monkeypatch.setenv("EGOVNET_JOURNAL", url.replace("127.0.0.1", "0.0.0.0"))  # noqa: S104 -- nothing listens there
    warn_once.cache_clear()
    for _ in range(2):
        assert Journal(tmp_path, "net").faults() == []
    assert caplog.text.count("its server need not prove who it is (sslmode prefer)") == 1
    assert postgresql.password not in caplog.text
    caplog.clear()
    monkeypatch.setenv("EGOVNET_JOURNAL", url)
    Journal(tmp_path, "net")
    assert caplog.text == ""
