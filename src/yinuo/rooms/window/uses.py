"""How this room's uses of a file are told."""

from yinuo.engine.documents.usage import FileUse
from yinuo.rooms.window.models import Handout

USES = [FileUse(Handout, "领证签字页", "{note}", "at")]
