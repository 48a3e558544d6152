"""How this room's uses of a file are told."""

from yinuo.apps.documents.usage import FileUse
from yinuo.apps.window.models import Handout

USES = [FileUse(Handout, "领证签字页", "{note}", "at")]
