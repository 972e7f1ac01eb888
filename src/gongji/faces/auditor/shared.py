"""共用: what the auditor's pages share."""

from typing import Any

from gongji.desk.faces_ports import Role
from gongji.faces.visit import Visit, page_for
from gongji.terms import NATIONAL

AUDITOR: dict[str, Any] = page_for(Role.AUDITOR)


def regions_of(request: Visit) -> tuple[str, ...]:
    """The regions that an auditor is for: a region's its own, the national one all of them."""
    region = request.me.region
    return tuple(sorted(request.office.law.packs)) if region == NATIONAL else (region,)


def region_names(request: Visit) -> dict[str, str]:
    """Every region with a pack, by its name in the page's language."""
    packs = request.office.law.packs.values()
    return {pack.region: pack.name if request.lang == "zh" else pack.name_en for pack in packs}
