"""How this room's uses of a file are told."""

from yinuo.apps.accounts.models import Admission, Invitation
from yinuo.apps.documents.usage import FileUse

USES = [FileUse(Admission, "入驻申请", "{unit_name}", "asked_at"), FileUse(Invitation, "经办人邀请", "{name}", "made_at")]
