"""How this room's uses of a file are told."""

from yinuo.engine.documents.usage import FileUse
from yinuo.rooms.accounts.models import Admission, Invitation

USES = [
    FileUse(Admission, "入驻申请", "{unit_name}", "asked_at"),
    FileUse(Invitation, "经办人邀请", "{name}", "made_at"),
]
