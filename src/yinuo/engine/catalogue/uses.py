"""How this room's uses of a file are told."""

from yinuo.engine.catalogue.models import RegionalResult
from yinuo.engine.documents.usage import FileUse

USES = [FileUse(RegionalResult, "区域评估评审结果", "{title}", "published_at")]
