"""示例家庭: what the first page may show. Plain data; whoever starts the service fills it in."""

import msgspec

from gongji.words import Words


class SamplePerson(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the sample family. `role_zh` and `role_en` say what it is to the sponsor."""

    id: str
    name: str
    role_zh: str = ""
    role_en: str = ""

    @property
    def role(self) -> Words:
        """The role in both languages."""
        return Words(self.role_zh, self.role_en)


class SampleInstitution(msgspec.Struct, frozen=True, kw_only=True):
    """Where the sample family is treated, with the key that the institution would use."""

    id: str
    name: str
    key: str = ""


class SampleInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The sample family: the sponsor, the patients that the form offers, a hospital, a pharmacy.

    The button settles `example_self_paid_fen`, all of it self-paid, for the first patient at the
    hospital: the example of the National Healthcare Security Administration, 「李小明就医购药需要
    个人负担100元」.
    """

    sponsor: SamplePerson
    patients: tuple[SamplePerson, ...]
    hospital: SampleInstitution
    pharmacy: SampleInstitution | None = None
    example_self_paid_fen: int = 100_00
    address: str = "127.0.0.1:8000"

    def people(self) -> dict[str, SamplePerson]:
        """Everybody in it by id, the sponsor first."""
        return {person.id: person for person in (self.sponsor, *self.patients)}

    def institutions(self) -> dict[str, SampleInstitution]:
        """The hospital, and the pharmacy where there is one."""
        some = (self.hospital, self.pharmacy)
        return {one.id: one for one in some if one is not None}
