"""Where jobs run: plain processes of this machine, or a cluster of dask.

A job writes files and returns little; a job that is lost with its worker is done again.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import as_completed as finished_ones
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ..geo.words import InputError, WeizhanError

LOCAL: Final = "local"
ATTEMPTS: Final = 5  # for jobs whose worker was killed, and for a scheduler that went away
WAIT_S: Final = 2.0
MOST_PROCESSES: Final = 61  # that Windows can wait for


@dataclass(frozen=True)
class Job:
    """One piece of work.

    Attributes
    ----------
    key
        Names the work and its inputs: equal keys are the same work.
    name
        Of the district or part.
    function, arguments
        A function of a module, and what it is given; all of it travels to another process.
    """

    key: str
    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Done:
    """A job that ended: with a value, or with why it failed, by language."""

    name: str
    value: Any = None
    why: dict[str, str] | None = None


class Engine(Protocol):
    """What runs jobs."""

    def run(self, jobs: Sequence[Job]) -> Iterator[Done]:
        """Run all jobs and yield each as it ends, in any order."""

    def close(self) -> None:
        """Let go of what the engine holds."""


def engine(scheduler: str | None, *, workers: int) -> Engine:
    """Return what runs jobs.

    Parameters
    ----------
    scheduler
        None for plain processes; ``"local"`` for a cluster of dask on this machine; else the
        address of a scheduler of dask, such as ``tcp://10.0.0.5:8786``.
    workers
        Processes on this machine.

    Raises
    ------
    InputError
        When dask.distributed is not installed, or nobody answers at the address.
    """
    return Processes(workers) if scheduler is None else Cluster(scheduler, workers=workers)


def guarded(job: Job) -> Done:
    """Do a job; what is wrong with it is told, and no other job hears of it."""
    try:
        return Done(job.name, job.function(*job.arguments))
    except WeizhanError as error:
        return Done(job.name, why={"zh": error.message("zh"), "en": error.message("en")})
    except Exception as error:  # whatever a library says of a broken file
        return failed(job, error)


def failed(job: Job, error: BaseException) -> Done:
    """Return a job as failed with what an error says."""
    said = f"{type(error).__name__}: {error}"
    return Done(job.name, why={"zh": said, "en": said})


class Processes:
    """Plain processes of this machine; one worker is this process itself."""

    def __init__(self, workers: int) -> None:
        """Start nothing yet."""
        self.workers = min(workers, MOST_PROCESSES)
        self._pool: ProcessPoolExecutor | None = None

    def run(self, jobs: Sequence[Job]) -> Iterator[Done]:
        """Run all jobs; those that were in work when a process was killed are done again."""
        left = {job.name: job for job in jobs}
        if self.workers == 1:
            yield from map(guarded, left.values())
            return
        for attempt in range(ATTEMPTS):
            # After kills one at a time: so the job that kills its process harms no other.
            at_once = len(left) if attempt < ATTEMPTS - 2 else 1
            waiting = list(left.values())
            while waiting:
                some, waiting = waiting[:at_once], waiting[at_once:]
                try:
                    futures = [self._started().submit(guarded, job) for job in some]
                    for future in finished_ones(futures):
                        done = future.result()
                        del left[done.name]
                        yield done
                except BrokenProcessPool:
                    self._pool = None
        for job in left.values():
            yield failed(job, BrokenProcessPool("worker killed"))

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, mp_context=spawn)
        return self._pool

    def close(self) -> None:
        """Stop the processes; what waits is not begun."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


class Cluster:
    """Workers of dask.distributed; futures are keyed by the work, so nothing is done twice."""

    def __init__(self, scheduler: str, *, workers: int) -> None:
        """Connect to a scheduler, or start one with its workers on this machine."""
        try:
            import distributed
        except ImportError as error:
            raise InputError("error.cluster_missing") from error
        self.address = scheduler
        self._cluster: Any = None
        if scheduler == LOCAL:
            self._cluster = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
            )
        self._connect()

    def _connect(self) -> None:
        import distributed

        try:
            self.client = distributed.Client(self._cluster or self.address, timeout="20s")
        except (OSError, ValueError, TimeoutError) as error:
            raise InputError("error.cluster_silent", address=self.address, why=error) from error

    def run(self, jobs: Sequence[Job]) -> Iterator[Done]:
        """Run all jobs; what is lost with a worker or a scheduler is done again."""
        import distributed

        left = {job.name: job for job in jobs}
        for _ in range(ATTEMPTS):
            if not left:
                return
            try:
                futures = {
                    job.name: self.client.submit(guarded, job, key=job.key, retries=ATTEMPTS)
                    for job in left.values()
                }
                names = {future.key: name for name, future in futures.items()}
                for future in distributed.as_completed(futures.values()):
                    job = left[names[future.key]]
                    if future.cancelled() or future.status == "lost":
                        continue  # with the scheduler
                    error = future.exception()
                    done = future.result() if error is None else failed(job, error)
                    del left[job.name]
                    yield done
            except (OSError, distributed.comm.core.CommClosedError, TimeoutError):
                pass
            if left:
                with suppress(Exception):
                    self.client.close(timeout=WAIT_S)
                time.sleep(WAIT_S)
                self._connect()
        for job in left.values():
            yield failed(job, ConnectionError(f"{self.address}: no answer"))

    def close(self) -> None:
        """Leave the scheduler; stop it if it was started here."""
        self.client.close()
        if self._cluster is not None:
            self._cluster.close()
