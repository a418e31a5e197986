"""The scheduler: pokes the office of jobs again and again, and keeps the read models level meanwhile.

APScheduler only pokes. What is due is computed from the database, so that a poke that never came, or
came twice, changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from ...application.jobs import RunReport
from ...domain.calendar import SHANGHAI
from ...domain.errors import TaizhangError
from ..projecting.projector import Projector
from .catalogue import KeepLevel
from .office import JobOffice

log = structlog.get_logger(__name__)

_POKE = "poke"


class Scheduler:
    """Serves jobs until it is told to stop; the run in hand is then finished."""

    def __init__(self, office: JobOffice, projections: Projector, poll_seconds: float) -> None:
        """Serve what the office knows, looking every `poll_seconds`."""
        self._office = office
        self._projections = projections
        self._poll_seconds = poll_seconds
        self._stop = threading.Event()
        self._rest = threading.Event()
        self._follower: threading.Thread | None = None
        self._last_poke = time.monotonic()
        # A poke in hand makes the next one wait: that is meant, and no news for the log.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._clockwork = BackgroundScheduler(
            timezone=SHANGHAI,  # the process may have none that APScheduler can find out
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def stop(self) -> None:
        """Ask to stop; `serve` returns once the run in hand is finished."""
        self._stop.set()

    def serve(self) -> None:
        """Serve until `stop` is called. Lives through the database being away."""
        self._clockwork.add_job(
            self.poke,
            # It takes parts of seconds, too, whatever it says.
            IntervalTrigger(seconds=self._poll_seconds, timezone=SHANGHAI),  # pyright: ignore[reportArgumentType]
            id=_POKE,
            next_run_time=datetime.now(SHANGHAI),
        )
        self._clockwork.start()
        log.info("scheduler.began", poll_seconds=self._poll_seconds)
        self._mind_follower()
        while not self._stop.wait(self._poll_seconds):
            self._mind_follower()
            self.wind_up()
        log.info("scheduler.ending")
        self._rest.set()
        self._clockwork.shutdown(wait=True)
        if self._follower is not None:
            self._follower.join()
        log.info("scheduler.ended")

    def poke(self) -> RunReport | None:
        """Do what is due; whatever goes wrong, the next poke tries again."""
        self._last_poke = time.monotonic()
        try:
            return self._office.run_due(stop=self._stop)
        except TaizhangError as error:
            log.warning("scheduler.poke_failed", error=str(error))
        except Exception as error:
            log.error("scheduler.poke_failed", error=type(error).__name__)
        finally:
            self._last_poke = time.monotonic()
        return None

    def wind_up(self) -> None:
        """Poke now where no poke came for long.

        APScheduler counts by the system's clock: set back, it would wait until that comes round again.
        """
        if time.monotonic() - self._last_poke > 2 * self._poll_seconds:
            self._clockwork.modify_job(_POKE, next_run_time=datetime.now(SHANGHAI))

    def _mind_follower(self) -> None:
        """Let a thread keep the read models level while that job is on; begin anew if it died."""
        try:
            wanted = self._office.is_on(KeepLevel.name)
        except TaizhangError:
            return  # the database is away: a follower lives through that
        if not wanted:
            self._rest.set()
        elif self._follower is None or not self._follower.is_alive():
            self._rest = threading.Event()
            self._follower = threading.Thread(
                target=self._follow, args=(self._rest,), name="follower"
            )
            self._follower.start()

    def _follow(self, rest: threading.Event) -> None:
        try:
            self._projections.follow(rest)
        except Exception as error:
            log.error("scheduler.follower_died", error=type(error).__name__)
