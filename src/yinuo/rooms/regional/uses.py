"""How this room's uses of a file are told."""

from yinuo.engine.documents.usage import FileUse
from yinuo.rooms.regional.models import RegionalAssessment

USES = [FileUse(RegionalAssessment, "区域评估报告", "{title}", "begun_at")]
