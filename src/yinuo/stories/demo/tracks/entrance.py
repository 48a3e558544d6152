"""入驻：新企业的经办人自己注册了账号，上传了执照和委托书，等大厅核对。"""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.people.models import Person
from yinuo.rooms.accounts.actions import ask_admission
from yinuo.stories.demo.materials import material_pdf
from yinuo.stories.demo.people import NEWCOMER, NEWCOMER_NAME, PASSWORD
from yinuo.stories.demo.world import Scene, World

UNIT, CODE = "积石山河湾食品有限公司", "91622927MA7D3H5N41"


def asks(world: World) -> Scene:
    """A unit the platform has not met; its person waits since this morning."""
    at = yield world.ago(0, "09:12")
    person = Person.objects.create(
        username=NEWCOMER,
        name=NEWCOMER_NAME,
        password=make_password(PASSWORD),
        phone="10000009001",
        phone_verified_at=at,
    )
    actor = Actor(person.pk, "person")
    papers = {
        field: store_upload(
            actor=actor, name=f"{name}.pdf", content=material_pdf(name, "", UNIT, at), unit_id=None, at=at
        ).pk
        for field, name in (("licence_id", "营业执照"), ("letter_id", "授权委托书"))
    }
    at = yield world.ago(0, "09:20")
    ask_admission(
        actor=actor,
        credit_code=CODE,
        unit_name=UNIT,
        unit_type="enterprise",
        legal_representative="马河湾",
        address="积石山县吹麻滩镇河湾村",
        own=False,
        may_sign=True,
        at=at,
        **papers,
    )


SCENES = (asks,)
