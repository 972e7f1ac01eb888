"""参保状态: who is insured, whose account works, who may sponsor, on a day."""

from datetime import date
from typing import Any

import msgspec

from gongji.policy.pack import Provision
from gongji.policy.questions import DayLaw
from gongji.terms import Scheme, Status


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """参保人: what a decision needs to know of a person at a moment. No name, no number."""

    id: str
    region: str
    scheme: Scheme
    status: Status = Status.ACTIVE
    ecode: bool = True  # 医保电子凭证 is activated
    born: date | None = None
    died: date | None = None
    suspended_from: date | None = None  # 暂停联网结算, SUP-1
    suspended_until: date | None = None  # its last day

    def dead_on(self, day: date) -> bool:
        """Whether the person has died by this day."""
        return self.died is not None and self.died <= day

    def online_suspended_on(self, day: date) -> bool:
        """Whether networked settlement is suspended on this day (SUP-1)."""
        return (
            self.suspended_from is not None
            and self.suspended_from <= day
            and (self.suspended_until is None or day <= self.suspended_until)
        )


def is_insured(person: Person, law: DayLaw, day: date) -> bool:
    """Whether the person has a scheme's benefits of this region on this day."""
    return (
        person.scheme is not Scheme.NONE
        and person.status not in law.member_barred.value
        and not person.dead_on(day)
    )


def account_works(person: Person, law: DayLaw) -> bool:
    """Whether the person has a personal account (ACC-1) and it is not sealed (NET-1)."""
    return (
        person.scheme in law.account_schemes.value
        and person.status not in law.account_unusable.value
    )


def bars_sponsoring(person: Person, law: DayLaw, day: date) -> tuple[Provision[Any], ...]:
    """Every provision that bars this sponsor today; empty where the sponsor is in force.

    A scheme that the text bars by name (离休优抚) is answered here with that name, and not as
    "not an employee".
    """
    found: list[Provision[Any]] = []
    if person.scheme in law.sponsor_schemes_barred.value:
        found.append(law.sponsor_schemes_barred)
    elif person.scheme not in law.sponsor_schemes.value:
        found.append(law.sponsor_schemes)
    if person.status in law.sponsor_barred.value:
        found.append(law.sponsor_barred)
    if person.status in law.account_unusable.value:
        found.append(law.account_unusable)
    if person.dead_on(day):
        found.append(law.money_stays_sponsors)
    if found and law.sponsor_schemes not in found:
        found.append(law.sponsor_schemes)  # the condition itself: in force in the employee scheme
    return tuple(found)


def is_employee(person: Person, law: DayLaw) -> bool:
    """Whether the scheme is one that may sponsor, or one that the text bars by name instead."""
    return (
        person.scheme in law.sponsor_schemes.value
        or person.scheme in law.sponsor_schemes_barred.value
    )
