"""剂型: which words of an institution name a dosage form of the list.

ASSUMPTION: the families below are the common reading of the list's general notes (凡例), whose text
we do not hold. They answer only where no entry has the very form that was asked for.
"""

from gongji.catalogue.names import fold

FAMILIES: dict[str, tuple[str, ...]] = {
    "口服常释剂型": (
        "片", "片剂", "素片", "肠溶片", "包衣片", "薄膜衣片", "薄膜包衣片", "糖衣片", "浸膏片",
        "分散片", "划痕片", "胶囊", "胶囊剂", "硬胶囊", "软胶囊", "胶丸", "肠溶胶囊",
    ),
    "缓释控释剂型": (
        "缓释片", "控释片", "缓释胶囊", "控释胶囊", "肠溶缓释片", "肠溶缓释胶囊", "缓释包衣片",
    ),
    "口服液体剂": ("口服溶液", "口服溶液剂", "口服混悬液", "糖浆", "糖浆剂", "口服乳剂", "合剂"),
    "口服散剂": ("散剂", "口服粉剂"),
    "颗粒剂": ("颗粒", "肠溶颗粒"),
    "注射剂": (
        "注射液", "注射用无菌粉末", "注射用冻干粉针", "粉针", "粉针剂", "冻干粉针剂", "针剂",
        "小容量注射液", "大容量注射液",
    ),
    "软膏剂": ("软膏", "乳膏", "乳膏剂"),
    "外用液体剂": ("外用溶液", "外用溶液剂", "洗剂", "搽剂", "涂剂"),
    "贴剂": ("贴膏", "贴膏剂", "透皮贴剂"),
    "吸入剂": (
        "吸入气雾剂", "吸入粉雾剂", "粉雾剂", "气雾剂", "吸入溶液", "吸入混悬液", "吸入用溶液",
    ),
    "滴眼剂": ("滴眼液", "眼药水"),
    "眼膏剂": ("眼膏",),
    "栓剂": ("栓",),
    "凝胶剂": ("凝胶",),
}  # fmt: skip


def same_form(asked: str, form: str) -> bool:
    """Whether the list's form is the very form asked for."""
    return fold(asked) == fold(form)


def takes_in(form: str, asked: str) -> bool:
    """Whether the list's form takes in the form asked for: 口服常释剂型 takes in 胶囊.

    A form that is left out by name (`口服常释剂型(不含分散片)`) is not taken in.
    """
    head, _, rest = fold(form).partition("(")
    wanted = fold(asked)
    if "不含" in rest and wanted in rest:
        return False
    return wanted == head or wanted in {fold(word) for word in FAMILIES.get(head, ())}
