"""Who works on which host of a run, kept in Redis so that each is worked on once.

A worker that takes a host gets a lease, which its heartbeat renews, and a fencing number: 1 for
the first, 2 for who takes it up after the first died. A result counts only from the last number
given out, and once. Every step is one script in Redis, so there is no moment between.

Keys of a run: itself (there as long as its controller lives), `events`, and per host `lease`,
`fence` and `result`. All end by themselves.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from egovnet.tasks.runners.celery.broker import Broker

#: Seconds that a lease lasts without a word from its worker, and how often it is renewed.
LEASE_SECONDS = 6.0
RENEW_SECONDS = 1.5
#: Seconds that a run lasts without a word from its controller: nothing of it is begun later.
RUN_SECONDS = 20.0
#: Seconds that results are kept.
_KEEP = 3600
#: What stands in place of a result where the controller gave the host up.
_GIVEN_UP = b""

_CLAIM = """
local run, lease, fence, result, events = unpack(KEYS)
if redis.call('exists', run) == 0 or redis.call('exists', result, lease) > 0 then return 0 end
local number = math.max(tonumber(redis.call('get', fence) or 0), tonumber(ARGV[5])) + 1
redis.call('set', fence, number, 'ex', ARGV[3])
redis.call('set', lease, ARGV[1] .. ' ' .. number, 'px', ARGV[2])
redis.call('rpush', events, ARGV[4])
redis.call('expire', events, ARGV[3])
return number
"""
# A lease that ran out while the broker was away, or that the broker lost, is had back unless
# somebody else took the host.
_RENEW = """
local lease, fence, result = unpack(KEYS)
local last = redis.call('get', fence)
if (last and last ~= ARGV[2]) or redis.call('exists', result) == 1 then return 0 end
redis.call('set', fence, ARGV[2], 'ex', ARGV[4])
redis.call('set', lease, ARGV[1] .. ' ' .. ARGV[2], 'px', ARGV[3])
return 1
"""
_FINISH = """
local lease, fence, result, events = unpack(KEYS)
if redis.call('get', fence) ~= ARGV[1] or redis.call('exists', result) == 1 then return 0 end
redis.call('set', result, ARGV[2], 'ex', ARGV[3])
redis.call('del', lease)
redis.call('rpush', events, ARGV[4])
redis.call('expire', events, ARGV[3])
return 1
"""
_GIVE_UP = """
local lease, fence, result = unpack(KEYS)
if redis.call('exists', result) == 1 then return 0 end
if ARGV[2] == '0' and redis.call('exists', lease) == 1 then return 0 end
redis.call('set', result, '', 'ex', ARGV[1])
redis.call('incr', fence)
return 1
"""
_BE_THERE = """
local now = redis.call('time')
local millis = now[1] * 1000 + math.floor(now[2] / 1000)
for _, key in ipairs(KEYS) do
  redis.call('zremrangebyscore', key, '-inf', millis)
  redis.call('zadd', key, millis + ARGV[2], ARGV[1])
  redis.call('pexpire', key, ARGV[2])
end
"""
_WHO = """
local now = redis.call('time')
return redis.call('zrangebyscore', KEYS[1], now[1] * 1000 + math.floor(now[2] / 1000), '+inf')
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a host of a run."""

    #: How many workers took it so far.
    fence: int
    #: Who works on it now; "" when nobody does.
    worker: str
    #: The sealed result; None: there is none yet. b"": it was given up.
    result: bytes | None


class Leases:
    """The leases of a network; raises redis.RedisError where the broker does not answer."""

    def __init__(self, broker: Broker) -> None:
        self._prefix = broker.prefix
        self._key = broker.seal.name
        self._redis: Any = broker.client()
        self._scripts = {
            text: self._redis.register_script(text)
            for text in (_CLAIM, _RENEW, _FINISH, _GIVE_UP, _BE_THERE, _WHO)
        }

    # -- a controller's --------------------------------------------------------------------

    def live(self, run: str) -> None:
        """The run's controller is alive: workers may begin its hosts."""
        self._redis.set(self._run(run), "1", px=int(RUN_SECONDS * 1000))

    def close(self, run: str) -> None:
        """The run is over: nothing of it is begun any more."""
        self._redis.delete(self._run(run), self._events(run))

    def heard(self, run: str, seconds: float) -> list[str]:
        """Hosts that were taken or finished since; waits `seconds` at most for the first."""
        first = self._redis.blpop([self._events(run)], timeout=seconds)
        if first is None:
            return []
        with self._redis.pipeline() as together:
            rest, _ = together.lrange(self._events(run), 0, -1).delete(self._events(run)).execute()
        return [name.decode() for name in (first[1], *rest)]

    def look(self, run: str, hosts: Sequence[str]) -> dict[str, Seen]:
        """How these hosts are, in one moment."""
        keys = [self._host(run, host, what) for host in hosts for what in _LOOKED_AT]
        values = self._redis.mget(keys)
        found = {}
        for number, host in enumerate(hosts):
            fence, lease, result = values[number * 3 : number * 3 + 3]
            worker = (lease or b"").decode().rpartition(" ")[0]
            found[host] = Seen(int(fence or 0), worker, result)
        return found

    def give_up(self, run: str, host: str, *, also_held: bool = False) -> bool:
        """Let nobody begin this host any more; False when it is held or finished after all.

        With `also_held` a worker that has it may go on, but its result does not count.
        """
        keys = [self._host(run, host, what) for what in ("lease", "fence", "result")]
        return bool(self._scripts[_GIVE_UP](keys=keys, args=[_KEEP, int(also_held)]))

    def workers(self, region: str) -> tuple[list[str], list[str]]:
        """Living workers of a region: (with this key, with another)."""
        listed = [m.decode().rpartition(" ") for m in self._scripts[_WHO]([self._there(region)])]
        ours = sorted(name for name, _, key in listed if key == self._key)
        return ours, sorted(name for name, _, key in listed if key != self._key)

    def queued(self, queue: str) -> int:
        """Messages that wait in a queue."""
        return int(self._redis.llen(queue))

    def keep_queue(self, queue: str, seconds: float) -> None:
        """Let a queue that nobody fetches from vanish so long after the last message."""
        self._redis.expire(queue, int(seconds))

    # -- a worker's ------------------------------------------------------------------------

    def be_there(self, worker: str, regions: Collection[str], seconds: float) -> None:
        """The worker serves these regions for `seconds` more; 0: it is leaving."""
        keys = [self._there(region) for region in regions]
        member = f"{worker} {self._key}"
        if seconds:
            self._scripts[_BE_THERE](keys=keys, args=[member, int(seconds * 1000)])
        else:
            for key in keys:
                self._redis.zrem(key, member)

    def claim(self, run: str, host: str, worker: str, after: int = 0) -> int:
        """Take a host: its fencing number, higher than `after`, the last that the controller saw.

        0: somebody has it, it is done, or the run is over.
        """
        keys = [
            self._run(run),
            *(self._host(run, host, what) for what in ("lease", "fence", "result")),
            self._events(run),
        ]
        args: list[str | int] = [worker, int(LEASE_SECONDS * 1000), _KEEP, host, after]
        return int(self._scripts[_CLAIM](keys=keys, args=args))

    def renew(self, run: str, host: str, worker: str, fence: int) -> bool:
        """Hold on to a host; False: it is another's now."""
        keys = [self._host(run, host, what) for what in ("lease", "fence", "result")]
        args: list[str | int] = [worker, fence, int(LEASE_SECONDS * 1000), _KEEP]
        return bool(self._scripts[_RENEW](keys=keys, args=args))

    def finish(self, run: str, host: str, fence: int, result: str) -> bool:
        """Store the result of a host; False: it does not count, as another took the host."""
        keys = [
            *(self._host(run, host, what) for what in ("lease", "fence", "result")),
            self._events(run),
        ]
        return bool(self._scripts[_FINISH](keys=keys, args=[fence, result, _KEEP, host]))

    def now(self) -> float:
        """The broker's clock, in seconds: one that both sides can read."""
        seconds, micros = self._redis.time()
        return float(seconds) + float(micros) / 1e6

    def disconnect(self) -> None:
        """Close the connections."""
        self._redis.close()

    def _run(self, run: str) -> str:
        return f"{self._prefix}:run:{run}"

    def _events(self, run: str) -> str:
        return f"{self._run(run)}:events"

    def _host(self, run: str, host: str, what: str) -> str:
        return f"{self._run(run)}:host:{host}:{what}"

    def _there(self, region: str) -> str:
        return f"{self._prefix}:workers:{region}"


_LOOKED_AT = ("fence", "lease", "result")
