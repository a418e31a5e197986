"""The service desk: the clock that is set, and every command of the demo with what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from ...application.commands.base import Command, CommandResult
from ...application.service import Request
from ...domain.errors import TaizhangError
from ...domain.organisation.powers import Actor
from ...infrastructure.taizhang import Taizhang
from .chance import Chance


@dataclass
class SetClock:
    """A clock that stands where it is put."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the moment that it was set to."""
        return self.now

    @property
    def today(self) -> date:
        """The day that it was set to."""
        return self.now.date()


class WrongPlay(RuntimeError):
    """The core answered other than the play has it: one of the two is wrong."""


@dataclass
class Desk:
    """Carries commands out and keeps count. Ids are made of the seed, so that a run can be repeated."""

    taizhang: Taizhang
    clock: SetClock
    chance: Chance
    accepted: int = 0
    repeated: int = 0
    events: int = 0
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By the rule broken (or the kind of error), and by what was tried."""
    _last_id: int = 0
    _accepted_id: UUID | None = None

    def do(self, by: Actor, *commands: Command) -> list[CommandResult]:
        """Carry out commands of one person in one go. Raises WrongPlay when one is refused."""
        requests = [Request(command, self.new_id()) for command in commands]
        results = []
        for request, answer in zip(
            requests, self.taizhang.execute_many(requests, by=by), strict=True
        ):
            if isinstance(answer, TaizhangError):
                what = f"{request.command.command_name} by {by.staff_id} at {self.clock.now}"
                raise WrongPlay(f"{what}: {answer}") from answer
            results.append(answer)
            self.accepted += 1
            self.events += len(answer.events)
            self._accepted_id = request.command_id
        return results

    def carry_out(self, by: Actor, *commands: Command) -> None:
        """Do the same, for the diary."""
        self.do(by, *commands)

    def refuse(
        self,
        by: Actor,
        command: Command,
        expected: str,
        what_zh: str,
        *,
        command_id: UUID | None = None,
    ) -> None:
        """Try what must be refused. `expected` is the rule, or the error's code where there is none."""
        try:
            self.taizhang.execute(command, by=by, command_id=command_id or self.new_id())
        except TaizhangError as refusal:
            detail = refusal.detail()
            if expected not in (detail.rule, detail.code):
                raise WrongPlay(
                    f"{command.command_name}: expected {expected}: {refusal}"
                ) from refusal
            self.refused[detail.rule or detail.code, what_zh] += 1
            return
        raise WrongPlay(f"{command.command_name} at {self.clock.now} was not refused: {expected}")

    def do_twice(self, by: Actor, command: Command) -> None:
        """Send a command twice under one id, as after a lost answer; the second records nothing."""
        command_id = self.new_id()
        first = self.taizhang.execute(command, by=by, command_id=command_id)
        self.accepted += 1
        self.events += len(first.events)
        self.send_again(by, command, command_id)

    def send_again(self, by: Actor, command: Command, command_id: UUID) -> None:
        """Send a command again under the id it was accepted with. Raises WrongPlay if it counts anew."""
        head = self.taizhang.events.head()
        again = self.taizhang.execute(command, by=by, command_id=command_id)
        if not again.repeated or self.taizhang.events.head() != head:
            raise WrongPlay(f"{command.command_name} was recorded twice")
        self.repeated += 1

    def refuse_used_id(self, by: Actor, command: Command, what_zh: str) -> None:
        """Try a command under an id that another one was accepted with."""
        self.refuse(by, command, "invalid_input", what_zh, command_id=self._accepted_id)

    def new_id(self) -> UUID:
        """Return the next command id."""
        self._last_id += 1
        return self.chance.uuid(f"command:{self._last_id}")
