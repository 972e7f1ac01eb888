"""What the faces need of a store: who is signed in, forms on their way, and the trail of it all."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

import msgspec

from gongji.settlement.bill import Institution


class Role(StrEnum):
    """角色: as whom somebody is signed in. One sign-in has one role, so that duties stay apart."""

    PERSON = "person"  # 参保人
    CLERK = "clerk"  # 经办人
    REVIEWER = "reviewer"  # 复核人
    INSTITUTION = "institution"  # 定点医药机构
    AUDITOR = "auditor"  # 审计


class Looker(Protocol):
    """看的人: whoever stands on the trail, signed in at a page or calling by key or token."""

    @property
    def region(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def subject(self) -> str: ...


class Someone(NamedTuple):
    """某人: a looker without a sign-in: a caller of the API, or an account that was not opened."""

    region: str
    role: Role
    subject: str


class SignIn(msgspec.Struct, frozen=True):
    """登录: one signed-in browser. `id` is a digest: whoever reads the store cannot use it.

    `subject` is the person's or institution's id, or the name of a member of staff. Instants are
    micros; `ended_at` is set once, by signing out.
    """

    region: str
    id: str
    role: Role
    subject: str
    opened_at: int
    seen_at: int
    ended_at: int | None = None


class StaffAccount(msgspec.Struct, frozen=True):
    """本地账号: a member of staff with a password of our own keeping, hashed by argon2.

    `failed` counts wrong passwords since the last right one; until `locked_until` (micros) not
    even the right one is taken.
    """

    region: str
    login: str
    role: Role
    password: str
    changed_at: int
    failed: int = 0
    locked_until: int = 0


class Draft(msgspec.Struct, frozen=True):
    """办理单: a form on its way. `outcome` is what came of it, once: a repeat gets the same.

    The fields are kept sealed, since somebody's number may be among them.
    """

    region: str
    id: str
    owner: str  # the subject who fills it in
    form: str
    fields: Mapping[str, str]
    changed_at: int
    outcome: Mapping[str, str] | None = None


class Look(msgspec.Struct, frozen=True):
    """留痕: who looked at whose papers, or did what for whom, when, from where, and why.

    `what` is the act or page, `whose` the person concerned, where there is one. `why` is kept
    sealed: an agent's number or a paper's fingerprint may stand in it.
    """

    region: str
    at: int
    id: str
    who: str
    role: Role
    what: str
    whose: str | None
    why: str
    address: str


class DayLooks(NamedTuple):
    """一天的留痕: how many lines of one role stand on a region's trail on one day."""

    day: int  # whole days since the beginning that was asked for
    role: Role
    lines: int


class FacesUnit(Protocol):
    """The part of a unit that the faces need."""

    # Signing in
    def keep_sign_in(self, sign_in: SignIn) -> None: ...
    def sign_in(self, region: str, id: str) -> SignIn | None: ...
    def sign_ins_of(self, region: str, subject: str, *, since: int) -> list[SignIn]: ...
    def mark_sign_in(self, sign_in: SignIn) -> None: ...
    def staff(self, region: str, login: str) -> StaffAccount | None: ...
    def keep_staff(self, account: StaffAccount) -> None: ...

    def institutions_in(self, region: str) -> list[tuple[Institution, str]]: ...

    # Forms
    def draft(self, region: str, id: str) -> Draft | None: ...
    def keep_draft(self, draft: Draft) -> None: ...

    # The trail
    def keep_looks(self, looks: Iterable[Look]) -> None: ...
    def looks(
        self,
        region: str | None,
        *,
        who: str | None = None,
        whose: str | None = None,
        limit: int,
        before: int,
    ) -> list[Look]: ...
    def looks_by_day(self, regions: Iterable[str], since: int, until: int) -> list[DayLooks]: ...
