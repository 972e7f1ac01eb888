"""网关档案: how a region's gateway differs. A new one is a file in profiles/, and nothing else."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec

from gongji.national.reading import Rules

BASELINE = "baseline"


class Gateway(StrEnum):
    """网关签名."""

    HMAC_SHA1 = "hmac-sha1"
    TIF_SHA256 = "tif-sha256"
    NONE = "none"  # on loopback only, whatever the profile says


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """档案.

    `areas` are prefixes of the institution's area code. `waived` are fields of the tables that are
    not asked for here, `codes` values beside the dictionaries', `aliases` other numbers of the same
    transaction, `services` the last part of an address that stands for one. `reversible` are the
    transactions that 2601 takes back. `signing`: whether `cainfo` is checked, by SM2 or SM3 as
    `signtype` says. `account_in_fund`: whether fund_pay_sumamt counts the personal account as well.
    """

    name: str
    title: str
    areas: tuple[str, ...]
    mounts: tuple[str, ...]
    gateway: Gateway
    recer_sys_code: tuple[str, ...]
    reversible: frozenset[str]
    single_digit_lines: bool
    waived: dict[str, frozenset[str]]
    codes: dict[str, frozenset[str]]
    aliases: dict[str, str]
    services: dict[str, str]
    waived_like: str = ""
    signing: Literal["none", "asked"] = "none"
    account_in_fund: bool = False

    def fund_sum(self, fund_fen: int, acct_fen: int) -> int:
        """fund_pay_sumamt, as it is counted here."""
        return fund_fen + acct_fen if self.account_in_fund else fund_fen

    @property
    def rules(self) -> Rules:
        """What of the tables is different here."""
        return Rules(self.waived, self.codes)


@lru_cache(maxsize=1)
def profiles() -> Mapping[str, Profile]:
    """Every profile by name."""
    folder = resources.files("gongji.national") / "profiles"
    found = {}
    for file in sorted(folder.iterdir(), key=str):
        if file.name.endswith(".toml"):
            profile = msgspec.toml.decode(file.read_text("utf-8"), type=Profile)
            assert f"{profile.name}.toml" == file.name, f"{file.name} names itself {profile.name}"
            found[profile.name] = profile
    return {
        name: msgspec.structs.replace(profile, waived=_waived(profile, found))
        for name, profile in found.items()
    }


def _waived(profile: Profile, known: Mapping[str, Profile]) -> dict[str, frozenset[str]]:
    if not profile.waived_like:
        return profile.waived
    return {**known[profile.waived_like].waived, **profile.waived}


@lru_cache(maxsize=4096)
def profile_of(area: str) -> Profile:
    """The profile of an institution's area: the longest prefix that fits, or the baseline."""
    fitting = [
        (len(prefix), profile)
        for profile in profiles().values()
        for prefix in profile.areas
        if area.startswith(prefix)
    ]
    return max(fitting, key=lambda found: found[0])[1] if fitting else profiles()[BASELINE]


def mounts() -> tuple[str, ...]:
    """Every path below which some profile's clients call."""
    return tuple(sorted({mount for profile in profiles().values() for mount in profile.mounts}))
