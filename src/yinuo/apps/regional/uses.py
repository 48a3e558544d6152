"""How this room's uses of a file are told."""

from yinuo.apps.documents.usage import FileUse
from yinuo.apps.regional.models import RegionalAssessment

USES = [FileUse(RegionalAssessment, "区域评估报告", "{title}", "begun_at")]
