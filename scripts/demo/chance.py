"""Chance that is the same in every run: all choices of the demo come from one seed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

T = TypeVar("T")


class Chance:
    """Draws by seed. Only `Random.random` is used, whose numbers Python promises never to change."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = Random(seed)

    def happens(self, share: float) -> bool:
        """Say yes in this share of cases."""
        return self._random.random() < share

    def whole(self, least: int, most: int) -> int:
        """Draw a whole number from `least` to `most`, both included."""
        return least + int(self._random.random() * (most - least + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """Draw one of the choices."""
        return choices[self.whole(0, len(choices) - 1)]

    def some(self, choices: Sequence[T], count: int) -> tuple[T, ...]:
        """Draw `count` different ones of the choices, in their order."""
        left = list(range(len(choices)))
        while len(left) > count:
            left.pop(self.whole(0, len(left) - 1))
        return tuple(choices[place] for place in left)

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """Draw one of the choices, each as often as its weight says."""
        mark = self.whole(1, sum(weight for _, weight in choices))
        for choice, weight in choices:
            mark -= weight
            if mark <= 0:
                return choice
        raise ValueError("nothing to choose from")

    def another(self, name: str) -> Chance:
        """Return a chance of its own for something, so that its draws change nothing else."""
        return Chance(uuid5(NAMESPACE_URL, f"taizhang:demo:{self._seed}:{name}").int)

    def secret(self, length: int) -> bytes:
        """Draw `length` bytes, where the real service would ask the system for secret ones."""
        return bytes(self.whole(0, 255) for _ in range(length))

    def uuid(self, name: str) -> UUID:
        """Return an id made of the seed and a name."""
        return uuid5(NAMESPACE_URL, f"taizhang:demo:{self._seed}:{name}")
