"""What tests of commands share."""

from __future__ import annotations

from taizhang import ChangeEmployerBasics, OpenEmployerLedger
from taizhang.domain.employer.papers import Channel, EmployerBasics

CITY, DISTRICT, SUBDISTRICT, SIBLING = "110000", "110105", "110105001", "110105002"


def opening(code: str, name: str = "某公司") -> OpenEmployerLedger:
    return OpenEmployerLedger(credit_code=code, name=name, channel=Channel.SURVEY)


def basics(code: str, name: str = "新名") -> ChangeEmployerBasics:
    return ChangeEmployerBasics(credit_code=code, name=name, basics=EmployerBasics())
