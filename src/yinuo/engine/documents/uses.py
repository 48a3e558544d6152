"""How this room's and the lower rooms' uses of a file are told."""

from yinuo.engine.documents.models import Document
from yinuo.engine.documents.usage import FileUse
from yinuo.engine.people.models import AuthorisedPerson

USES = [
    FileUse(Document, "文书", "{number}", "issued_at"),
    FileUse(AuthorisedPerson, "授权委托书", "{person__name}", "confirmed_at", "unit:persons"),
]
