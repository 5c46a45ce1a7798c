"""The broker between a controller and the provinces' workers: a Redis server, used by Celery.

EGOVNET_BROKER is redis://[user:password@]host[:port][/db], or rediss:// with TLS, where
EGOVNET_BROKER_CA may name the file of the authority that signed the server's certificate. Without
TLS, to anything but this machine, a warning is given; EGOVNET_BROKER_TLS=required makes it an
error. Nothing that the broker carries or says is trusted (`wire`); it can only fail to carry.
"""

import os
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import redis
from celery import Celery

from egovnet.inventory.errors import EgovnetError, UnreachableError
from egovnet.tasks.way_there import is_this_machine, warn_once

URL_VARIABLE = "EGOVNET_BROKER"
CA_VARIABLE = "EGOVNET_BROKER_CA"
TLS_VARIABLE = "EGOVNET_BROKER_TLS"
#: Seconds until Celery gives a message, whose worker did not acknowledge it, to another. One that
#: a living worker works on is then refused by its lease.
VISIBILITY_SECONDS = 60
#: Seconds that the broker may take to answer.
ANSWER_SECONDS = 5.0
#: The one task that Celery knows.
WORK = "egovnet.work"


class BrokerError(EgovnetError):
    """No broker is named, the name is none, or it is without TLS (exit code 2)."""


class BrokerDownError(UnreachableError):
    """The broker does not answer or does not let us in (exit code 5)."""


@dataclass(frozen=True)
class Broker:
    """Where it is, and for which network."""

    url: str = field(repr=False)
    network: str

    @classmethod
    def from_environment(cls, network: str) -> "Broker":
        """The broker that the environment names, once it has answered.

        Raises:
            BrokerError, BrokerDownError: what is wrong, and never a secret.
        """
        url = os.environ.get(URL_VARIABLE, "").strip()
        broker = cls(url, network)
        try:
            parts = urlsplit(url)
            named = parts.scheme in ("redis", "rediss") and parts.hostname and (parts.port or 1)
        except ValueError:
            named = False
        if not named:
            raise BrokerError(
                f"{URL_VARIABLE}: is {'no' if url else 'not set to a'} Redis URL; "
                "use redis://[user:password@]host[:port][/db], or rediss:// with TLS"
            )
        broker._look_at_tls()
        client = broker.client()
        try:
            client.ping()
        except (redis.RedisError, OSError) as error:
            raise BrokerDownError(f"broker {broker} cannot be used: {fault(error)}") from None
        finally:
            client.close()
        return broker

    def __str__(self) -> str:
        """The URL without user and password."""
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"

    @property
    def in_clear(self) -> bool:
        """Whether its password and its answers cross a network as they are."""
        parts = urlsplit(self.url)
        return parts.scheme == "redis" and not is_this_machine(parts.hostname or "")

    def _look_at_tls(self) -> None:
        wanted = os.environ.get(TLS_VARIABLE, "")
        if wanted not in ("", "required"):
            raise BrokerError(f"{TLS_VARIABLE}: is {wanted!r}; set it to required, or not at all")
        if not self.in_clear:
            return
        if wanted:
            raise BrokerError(
                f"broker {self} is without TLS, and {TLS_VARIABLE} is required; use rediss://"
            )
        warn_once(
            "egovnet.broker",
            f"broker {self} is reached without TLS: who is on the way reads its password, and may "
            "withhold messages (he can neither read nor make them); use rediss://",
        )

    @property
    def prefix(self) -> str:
        """What every key of the network begins with."""
        return f"egovnet:{self.network}"

    def queue(self, controller: str, region: str) -> str:
        """Name of a region's queue for one controller's key: who does not trust it fetches none."""
        return f"{self.prefix}:{controller}:{region}"

    def client(self) -> "redis.Redis":
        """A new client with connections of its own, for any number of threads."""
        return redis.Redis.from_url(
            self.url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            **self._tls(),
        )

    def celery(self) -> Any:
        """A Celery application on this broker, which knows no task yet, not even Celery's own."""
        app = Celery("egovnet", broker=self.url, set_as_current=False)
        app.conf.update(
            task_serializer="json",
            result_serializer="json",
            event_serializer="json",
            accept_content=["json"],
            result_accept_content=["json"],
            # A message is done when its host is, and not when it was fetched.
            task_acks_late=True,
            task_reject_on_worker_lost=True,
            worker_prefetch_multiplier=1,
            # Results are kept by the leases, which know whose count.
            task_ignore_result=True,
            # Who writes to the broker must not command workers.
            worker_enable_remote_control=False,
            worker_hijack_root_logger=False,
            worker_redirect_stdouts=False,
            worker_cancel_long_running_tasks_on_connection_loss=False,
            broker_connection_retry_on_startup=True,
            broker_transport_options={
                "visibility_timeout": VISIBILITY_SECONDS,
                "socket_timeout": ANSWER_SECONDS,
                "socket_connect_timeout": ANSWER_SECONDS,
            },
            broker_use_ssl=self._tls() or None,
        )
        app.finalize()
        for name in list(app.tasks):
            app.tasks.unregister(name)
        return app

    def _tls(self) -> dict[str, Any]:
        if urlsplit(self.url).scheme != "rediss":
            return {}
        found: dict[str, Any] = {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
        if authority := os.environ.get(CA_VARIABLE):
            found["ssl_ca_certs"] = authority
        return found


def fault(error: BaseException) -> str:
    """What is wrong with the broker, in its client's words, which hold no password."""
    return str(error).strip().rstrip(".") or type(error).__name__
