"""What `worker` prints when it ends."""

from rich.console import Console

from egovnet.playbooks.results.worker import WorkerResult


def print_result(console: Console, worker: WorkerResult) -> None:
    """Print one line."""
    console.print(f"worker {worker.worker}: {worker.finished} tasks on devices were finished")
