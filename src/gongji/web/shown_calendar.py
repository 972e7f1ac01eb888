"""年度答复: the forms of statements, premiums, certificates, and accounts that have closed."""

from datetime import date, datetime

import msgspec

from gongji.policy.contributions import PremiumState, ResultState, Via
from gongji.web.shown import BalancesShown, Cite, Why


class StatementShown(msgspec.Struct, frozen=True, kw_only=True):
    """医保金月度对账单 (ACC-6). Opening and all that moved make the closing.

    `spent_fen` is what the owner's own bills have taken, `pooled_out_fen` what others' bills and
    premiums have, `contributed_fen` the premiums' part of it. `closed`: the month is over.
    """

    person: str
    month: str
    opening: BalancesShown
    closing: BalancesShown
    credited_fen: int
    spent_fen: int
    pooled_out_fen: int
    contributed_fen: int
    turned_fen: int
    other_fen: int
    closed: bool


class WithdrawalShown(msgspec.Struct, frozen=True, kw_only=True):
    """撤回期限 (CON-8): until when the pooled contribution can be withdrawn, and by which rule."""

    until: datetime
    cites: tuple[Cite, ...]


class PremiumShown(msgspec.Struct, frozen=True, kw_only=True):
    """缴费申报, as the window sees it. `number` is the order of registration.

    `withdrawal` is null where the region names no time.
    """

    region: str
    year: int
    number: int
    person: str
    via: Via
    amount_fen: int
    state: PremiumState
    registered_at: datetime
    withdrawal: WithdrawalShown | None


class PremiumResult(msgspec.Struct, frozen=True, kw_only=True):
    """缴费结果 (CON-6). Before the day of publication `state` is `not_published` and says no more.

    `certificate_from` stands with a deducted premium; it is null where the working days of
    `unknown_year` have not been loaded. `refused` says why a premium was not deducted.
    `withdrawal` is null where the region names no time.
    """

    person: str
    year: int
    via: Via
    amount_fen: int
    state: ResultState
    refused: Why | None
    certificate_from: date | None
    unknown_year: int | None
    withdrawal: WithdrawalShown | None
    cites: tuple[Cite, ...]


class CertificateShown(msgspec.Struct, frozen=True, kw_only=True):
    """缴费证明 (CON-7), names and number masked. `verify_url` is what the QR code of the PDF says."""

    number: str
    region: str
    region_zh: str
    region_en: str
    person_name: str
    person_number: str
    sponsor_name: str
    year: int
    amount_fen: int
    deducted_on: date
    available_from: date
    verify_url: str
    cites: tuple[Cite, ...]


class AccountClosed(msgspec.Struct, frozen=True, kw_only=True):
    """办结: what was paid from the account, and the bonds that ended with it; none in a repeat."""

    id: str
    person: str
    paid_fen: int
    ended: tuple[str, ...]
    repeated: bool
