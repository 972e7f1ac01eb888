"""Questions on pools and bonds (NET)."""

from typing import Annotated, Literal

import msgspec

from gongji.policy.pack import Provision
from gongji.policy.questions.accounts import AccountLaw
from gongji.policy.questions.forms import Activation, Asks, Effect, NoLimit, Stated
from gongji.terms import FilingChannel, Kinship, Scheme, Status, Use


class PoolLaw(AccountLaw, frozen=True, kw_only=True):
    """共济网与共济关系."""

    sponsor_schemes: Annotated[
        Provision[frozenset[Scheme]],
        Asks("In which scheme must a sponsor be?", "组建人须参加哪种医保？"),
    ]
    sponsor_barred: Annotated[
        Provision[frozenset[Status]],
        Asks("Which standing bars a sponsor?", "哪些状态不得作为组建人？"),
    ]
    sponsor_schemes_barred: Annotated[
        Provision[frozenset[Scheme]],
        Asks("Which schemes does the text bar by name?", "文件点名排除哪些险种人员？"),
    ]
    account_unusable: Annotated[
        Provision[frozenset[Status]],
        Asks("In which standing is an account unusable?", "哪些状态下个人账户不能使用？"),
    ]
    sponsor_needs_carried: Annotated[
        Provision[bool],
        Asks(
            "Must the sponsor have carried money when the pool is formed?",
            "组网时是否须有历年结余？",
        ),
    ]
    member_schemes: Annotated[
        Provision[frozenset[Scheme]],
        Asks("In which scheme must a member be?", "共济成员须参加哪种医保？"),
    ]
    member_barred: Annotated[
        Provision[frozenset[Status]],
        Asks("Which standing is not in force for a member?", "哪些状态不得作为共济成员？"),
    ]
    # No text opens pools across regions, and none says whose rule would decide then: decision 0052.
    member_in_region: Annotated[
        Provision[Literal[True]],
        Asks("Must a member be insured in the region?", "共济成员是否须在本统筹区参保？"),
    ]
    kin_allowed: Annotated[
        Provision[frozenset[Kinship]],
        Asks("Which relatives of the sponsor may be members?", "组建人的哪些亲属可以是成员？"),
    ]
    kin_excluded: Annotated[
        Provision[frozenset[Kinship]],
        Asks("Which relatives does the text name as excluded?", "文件明确排除哪些亲属？"),
    ]
    one_pool_at_a_time: Annotated[
        Provision[bool],
        Asks("Is a person in one pool at a time?", "同一时间是否只能加入一个共济网？"),
    ]
    two_way: Annotated[
        Provision[bool],
        Asks("May two employees sponsor each other?", "双方可否互相授权？"),
    ]
    max_members: Annotated[
        Provision[Annotated[int, msgspec.Meta(ge=1)] | NoLimit],
        Asks("How many members may a sponsor have?", "一位组建人最多有几位成员？"),
    ]
    uses_asked: Annotated[
        Provision[bool],
        Asks("Must the sponsor choose the uses first?", "组建人是否须先选择使用方式？"),
    ]
    uses_open: Annotated[
        Provision[frozenset[Use]],
        Asks("Which uses are open?", "开放哪些使用方式？"),
    ]
    maintenance_unlimited: Annotated[
        Provision[Stated],
        Asks("How often may a pool be changed?", "维护共济网有无次数限制？"),
    ]
    bind_effect: Annotated[
        Provision[Effect],
        Asks("When does a new bond work?", "绑定何时生效？"),
    ]
    unbind_effect: Annotated[
        Provision[Effect],
        Asks("When does an unbinding work?", "解除绑定何时生效？"),
    ]
    rebind_effect: Annotated[
        Provision[Effect],
        Asks("When can the two be bound again?", "解除后何时可以重新绑定？"),
    ]
    sponsor_sees: Annotated[
        Provision[frozenset[Literal["members", "payments"]]],
        Asks("What does the sponsor see?", "组建人可以查看什么？"),
    ]
    member_sees: Annotated[
        Provision[frozenset[Literal["sponsor", "self", "own_payments"]]],
        Asks("What does a member see?", "共济成员可以查看什么？"),
    ]
    commitment_asked: Annotated[
        Provision[bool],
        Asks("Must the sponsor sign a commitment?", "组建人是否须作出承诺？"),
    ]
    commitment_words: Annotated[
        Provision[tuple[str, ...]],
        Asks("What does the commitment say?", "承诺书的内容是什么？"),
    ]
    sponsor_answers: Annotated[
        Provision[Stated],
        Asks(
            "Who answers for losses from kinship not kept up to date?",
            "成员信息未及时变更由谁承担？",
        ),
    ]
    ecode_asked: Annotated[
        Provision[bool],
        Asks(
            "Must both sides have activated the electronic credential?",
            "双方是否须激活医保电子凭证？",
        ),
    ]
    ecode_activation: Annotated[
        Provision[Activation | NoLimit],
        Asks("How is the electronic credential activated?", "医保电子凭证如何激活？"),
    ]
    unbind_before_move: Annotated[
        Provision[bool],
        Asks("Must bonds end before the insurance moves away?", "转出前是否须先退出共济？"),
    ]
    filing_channels: Annotated[
        Provision[frozenset[FilingChannel]],
        Asks("Through which channels is a pool formed?", "通过哪些渠道组建？"),
    ]
    only_bound_may_use: Annotated[
        Provision[Stated],
        Asks("May relatives who are not bound use the money?", "未绑定的家人可以使用吗？"),
    ]
