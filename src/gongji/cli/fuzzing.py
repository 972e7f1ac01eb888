"""The fuzzer, wired to the field tables and to a sandbox in memory."""

from collections.abc import Callable, Mapping, Sequence

from gongji.cli.interface import furnish_sandbox
from gongji.desk.office import Office
from gongji.lab import sandbox
from gongji.lab.interface_fuzz import Found, FuzzField, FuzzNode, FuzzTable, Sent, fuzz
from gongji.national.exchange import HANDLERS, read, refused, serve
from gongji.national.profiles import profile_of
from gongji.national.reading import Wrong
from gongji.national.schema import Field, dictionaries, transactions
from gongji.wiring import SANDBOX, local_clock, office_in_memory, sandbox_packs


def fuzz_sandbox(messages: int, seed: int, progress: Callable[[int], None]) -> Found:
    """Fuzz a fresh sandbox: whatever is raised in it would have been a 5xx."""
    office = office_in_memory(local_clock, sandbox_packs())
    furnish_sandbox(office)

    def answer(sent: Sent) -> bytes:
        asked = read(sent.body, sent.content_type)
        if isinstance(asked, Wrong):
            return refused(asked, office.clock()).body
        return office.do(lambda session: serve(session, asked)).body

    found = fuzz(
        tables(),
        _head(office),
        answer,
        known=_known(),
        messages=messages,
        seed=seed,
        progress=progress,
    )
    office.store.close()
    return found


def tables() -> list[FuzzTable]:
    """The field tables as the fuzzer wants them, with what the sandbox's profile asks for."""
    waived = profile_of(SANDBOX).waived
    return [
        FuzzTable(
            infno,
            tuple(
                FuzzNode(
                    node.name,
                    node.many,
                    tuple(_field(one, waived.get(infno, frozenset())) for one in node.fields),
                )
                for node in transaction.inputs
            ),
        )
        for infno, transaction in transactions().items()
        if infno in HANDLERS
    ]


def _field(field: Field, waived: frozenset[str]) -> FuzzField:
    values = dictionaries().get(field.name) if field.coded else None
    return FuzzField(
        field.name,
        field.kind.value,
        field.length,
        field.scale,
        field.required and field.name not in waived,
        tuple(values) if values is not None else None,
    )


def _head(office: Office) -> Mapping[str, str]:
    return {
        "mdtrtarea_admvs": SANDBOX,
        "insuplc_admdvs": SANDBOX,
        "recer_sys_code": "99",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": "0001",
        "opter_name": "操作员",
        "inf_time": f"{office.clock():%Y-%m-%d %H:%M:%S}",
        "fixmedins_code": sandbox.PLACES[0].code,
        "fixmedins_name": sandbox.PLACES[0].name,
    }


def _known() -> Mapping[str, Sequence[str]]:
    """Values that lead further in than the first look-up."""
    guest = sandbox.GUESTS[0]
    person = sandbox.id_of(SANDBOX, guest.number)
    codes = tuple(sandbox.PRICES)
    return {
        **dict.fromkeys(("psn_no", "psnNo", "psn_No"), (person,)),
        **dict.fromkeys(("certno", "idNo", "mdtrt_cert_no"), (guest.number,)),
        **dict.fromkeys(("med_list_codg", "medListCodg"), codes),
        **dict.fromkeys(("medType",), ("11",)),
        **dict.fromkeys(("det_item_fee_sumamt", "pric", "detItemFeeSumamt"), ("10.00", "10")),
        "mdtrt_cert_type": ("02",),
        "psn_name": (guest.name,),
        "insutype": ("310",),
        "med_type": ("11", "41", "2101"),
        "fixmedins_code": (sandbox.PLACES[0].code,),
        "feedetl_sn": tuple(str(number) for number in range(1, 1000)),
        "cnt": ("1", "1.0"),
        "medfee_sumamt": ("10.00", "20", "30.0"),
        "acct_used_flag": ("0", "1", "2"),
        "page_num": ("1",),
        "page_size": ("10",),
        "oinfno": ("2102", "2207", "2304", "2401"),
    }
