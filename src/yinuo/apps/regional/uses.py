"""How this room's uses of a file are told."""

from yinuo.apps.documents.usage import FileUse
from yinuo.apps.regional.models import Assessment

USES = [FileUse(Assessment, "区域评估报告", "{title}", "begun_at")]
