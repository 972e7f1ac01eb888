"""Where a list would stand, one sentence says that there is nothing, and what comes next."""

import re

import pytest

from faces.visitors import CHILD, MOTHER, Visitor, auditor, cashier, clerk, person
from gongji.desk.faces_ports import Role
from gongji.faces.language import english
from guards.test_docs import COMMANDS
from web.over_http import Web

LINYI = "371300"

EMPTY = [
    # who, page, in Chinese, in English, where it leads
    ("father", "/family", "还没有成员", "no member yet", "/family/bind"),
    ("father", "/family/pool", "还没有成员", "no member yet", "/family/bind"),
    ("stranger", "/family/payments", "还没有消费记录", "no payments yet", "/family/why"),
    ("stranger", "/family/payments?month=1999-01", "没有符合条件", "Nothing matches", "/family/payments"),
    ("stranger", "/family/codes", "还没有绑定亲属", "No relative", "/family/codes/add"),
    ("stranger", "/family/me", "没有人看过", "Nobody but you", ""),
    ("stranger", "/family/premiums", "没有登记居民医保保费", "No resident premium", ""),
    ("clerk", "/claims", "还没有手工报销", "no manual claims", "/clerk"),
    ("reviewer", "/claims", "还没有手工报销", "no manual claims", ""),
    ("clerk", "/clerk/runs", "gongji premiums deduct", "gongji premiums deduct", ""),
    ("cashier", "/institution", "今天还没有结算", "Nothing has been settled today", ""),
    ("cashier", "/institution/day", "这一天没有结算", "Nothing was settled", "/institution"),
    ("auditor", "/auditor", "这一天没有支付", "Nothing was paid", ""),
    ("auditor", "/auditor", "两周内没有人查看", "within two weeks", "/auditor/trail"),
    ("auditor", "/auditor/trail", "没有更早的留痕", "Nothing earlier", ""),
    ("auditor", "/auditor/trail?who=nobody", "没有符合条件", "Nothing matches", "/auditor/trail"),
    ("auditor", "/auditor/proofs", "还没有核验过", "no proof yet", ""),
    ("auditor", "/auditor/packs?one=310000&other=310000", "规定都相同", "are the same", ""),
    ("auditor", "/law/310000?other=310000", "规定都相同", "are the same", ""),
    ("auditor", "/law/310000?on=2019-01-01", "请换一天查看", "choose another", ""),
]  # fmt: skip


def visitor(web: Web, who: str, look: str) -> Visitor:
    """Somebody for whom there is nothing: the father has a pool without members."""
    if who == "father":
        for member in (CHILD, MOTHER):
            person(web, who).post(f"/family/pool/{member}/remove")
    one = {
        "clerk": lambda: Visitor(web, Role.CLERK, "clerk-9", LINYI),
        "reviewer": lambda: Visitor(web, Role.REVIEWER, "reviewer-9", LINYI),
        "cashier": lambda: cashier(web),
        "auditor": lambda: auditor(web),
    }.get(who, lambda: person(web, who))()
    one.look = look
    return one


@pytest.mark.parametrize(("who", "page", "zh", "en", "leads"), EMPTY)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_list_of_nothing_says_so_and_what_comes_next(
    web: Web, lang: str, who: str, page: str, zh: str, en: str, leads: str
) -> None:
    found = visitor(web, who, f"lang={lang}").get(page)
    assert found.status_code == 200
    (main,) = re.findall(r"<main.*</main>", found.text, re.DOTALL)
    said = re.sub(r"<[^>]+>", " ", main)
    assert (zh if lang == "zh" else en) in said
    assert not leads or f'href="{leads}"' in main
    assert not re.search(r"<(ul|tbody)\b[^>]*>\s*</\1>", main), "no list without a line"


def test_without_a_rule_for_claims_nobody_is_told_to_enter_one(web: Web) -> None:
    page = clerk(web).get("/claims").text
    assert "没有窗口零星报销的规定" in page and "还没有手工报销" not in page


def test_a_command_that_a_page_names_is_one() -> None:
    """Seen to fail: the page of batches named `gongji run` and `gongji deduct`."""
    named = {
        found.strip()
        for pair in english().items()
        for sentence in pair
        for found in re.findall(r"gongji [a-z-]+(?: [a-z-]+)?", sentence)
    }
    assert named and {one for one in named if one not in COMMANDS} == set()
