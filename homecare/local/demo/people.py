"""People's names, numbers and addresses, each used only once."""

from __future__ import annotations

from typing import NamedTuple

from homecare.local.demo.company import Dice
from homecare.local.demo.names import MEN, WOMEN

AMHARIC_SHARE = 0.14


class Name(NamedTuple):
    """`latin` is used for e-mail addresses, `written` is the name in the record."""

    gender: str
    latin: tuple[str, str, str]
    written: str


class People:
    """Hands out names and unique phones, Fayda numbers and e-mail addresses."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self._taken: set[str] = set()

    def name(self, gender: str | None = None) -> Name:
        gender = gender or self.dice.weighted({"Female": 54, "Male": 46})
        given = self.dice.choice(WOMEN if gender == "Female" else MEN)
        father, grandfather = self.dice.sample([name for name in MEN if name != given], 2)
        parts = (given, father, grandfather)
        script = 1 if self.dice.chance(AMHARIC_SHARE) else 0
        return Name(gender, (given[0], father[0], grandfather[0]), " ".join(part[script] for part in parts))

    def phone(self) -> str:
        """E.164 of a mobile: Ethio telecom (+2519…) or, one in six, Safaricom (+2517…)."""
        while True:
            rest = f"{self.dice.randrange(10**6):06d}"
            head = f"71{self.dice.randint(0, 8)}" if self.dice.chance(1 / 6) else f"9{self.dice.randint(10, 69)}"
            if self._is_new(number := f"+251{head}{rest}"):
                return number

    def fayda(self) -> str:
        """A number that no real person has: 9999 and 8 more digits, or 12 more for a card number."""
        while True:
            digits = 12 if self.dice.chance(0.2) else 8
            if self._is_new(number := f"9999{self.dice.randrange(10**digits):0{digits}d}"):
                return number

    def email(self, name: Name, domain: str = "mail.example") -> str:
        given, father, _ = (part.lower() for part in name.latin)
        address, n = f"{given}.{father}@{domain}", 1
        while not self._is_new(address):
            n += 1
            address = f"{given}.{father}{n}@{domain}"
        return address

    def _is_new(self, value: str) -> bool:
        if value in self._taken:
            return False
        self._taken.add(value)
        return True
