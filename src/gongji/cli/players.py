"""示范角色: whom the demo provider lets one be: families, staff and institutions of the sample city."""

from gongji.desk.faces_ports import Role
from gongji.faces.demo_provider import DemoPerson
from gongji.lab.city import City
from gongji.lab.folk import Family, institutions_of
from gongji.terms import NATIONAL
from gongji.words import Words

_STORIES = {
    "no_pool": Words("还没有组建共济网，可以试着组建", "has no pool yet: form one"),
    "no_use": Words("组了网，没有选择共济方式", "has a pool and has chosen no use"),
    "empty": Words("共济资金快用完了", "the pooled money is almost used up"),
    "sealed": Words("账户封存了", "the account is sealed"),
    "left": Words("孩子退出了共济网", "the child has left the pool"),
}


def players(city: City, home: str, claims: str) -> list[DemoPerson]:
    """One for each role first, then families to whom something has happened. `home` is the region
    of the first ones, `claims` one that has claims at the window."""
    ours = [family for family in city.families if family.region == home]
    liming, plain = ours[0], next(one for one in ours if one.story == "plain")
    father, mother, _ = liming.people
    sponsor, child = plain.sponsor, plain.child
    hospital = institutions_of(home)[0]
    found = [
        DemoPerson("sponsor", Role.PERSON, home, sponsor.id, sponsor.name,
                   Words("组建人：把账户共享给家人", "a sponsor: shares the account with the family"), True),
        DemoPerson("member", Role.PERSON, home, child.id, child.name,
                   Words("共济成员：用家长的账户看病", "a member: pays from a parent's account"), True),
        DemoPerson("clerk", Role.CLERK, home, f"clerk-{home}", "经办窗口",
                   Words("经办人：替不用手机的老人办理", "a clerk: acts for people without a phone"), True),
        DemoPerson("reviewer", Role.REVIEWER, claims, f"reviewer-{claims}", "复核人",
                   Words("复核人：复核手工报销，不能复核自己录入的", "a reviewer of manual claims"), True),
        DemoPerson("institution", Role.INSTITUTION, home, hospital.id, hospital.name,
                   Words("收费处：结算、打印、冲正、对账", "a cashier: settle, print, reverse, reconcile"), True),
        DemoPerson("auditor", Role.AUDITOR, NATIONAL, "auditor", "审计",
                   Words("谁看过谁，账平不平", "who looked at whom, and whether the books agree"), True),
        DemoPerson("liming", Role.PERSON, home, father.id, father.name,
                   Words("国家医保局例子里的父亲", "the father of the national text's example")),
        DemoPerson("mother", Role.PERSON, home, mother.id, mother.name,
                   Words("李明的母亲，没有绑定", "Li Ming's mother, who is not bound")),
    ]  # fmt: skip
    for story, about in _STORIES.items():
        found += _of(next((f for f in ours if f.story == story), None), story, about)
    for family in city.families:
        if family.number == -1 and family.region != home:
            sponsor, where = family.sponsor, family.region
            about = Words(f"统筹区 {where} 的组建人", f"a sponsor of region {where}")
            key = f"sponsor-{where}"
            found.append(DemoPerson(key, Role.PERSON, where, sponsor.id, sponsor.name, about))
            about = Words(f"统筹区 {where} 的经办人", f"a clerk of region {where}")
            key = f"clerk-{where}"
            found.append(DemoPerson(key, Role.CLERK, where, key, "经办窗口", about))
    return found


def _of(family: Family | None, story: str, about: Words) -> list[DemoPerson]:
    if family is None:
        return []
    one = family.sponsor
    return [DemoPerson(story.replace("_", "-"), Role.PERSON, one.region, one.id, one.name, about)]
