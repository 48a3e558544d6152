"""The unit promises on paper: signed by hand and sealed, taken in at the window (正文·二(一), 三(四)).

The window room says who came.
"""

from __future__ import annotations

from datetime import date, datetime

from yinuo.core.calendar import TZ
from yinuo.core.pack.types import CommitmentStandard
from yinuo.core.wording import day_words
from yinuo.engine.base import Actor, PageRef, Refused, Stale, column_length
from yinuo.engine.documents.actions import issue_signed
from yinuo.engine.documents.models import Document, StoredFile
from yinuo.engine.documents.signing import Signatory
from yinuo.engine.notices.actions import tell
from yinuo.engine.people.models import Department
from yinuo.engine.people.queries import persons_bound
from yinuo.engine.trail.actions import action
from yinuo.rooms.commitments import access, papers
from yinuo.rooms.commitments.actions.common import code_of, day_text, need_text
from yinuo.rooms.commitments.actions.promise import may_be_promised, publish, turn_of
from yinuo.rooms.commitments.models import Capacity, Commitment, PaperSigning
from yinuo.rooms.commitments.room import CommitmentsPaper
from yinuo.rooms.onemap.actions import common as onemap
from yinuo.rooms.onemap.models import ItemState, MapItem

SCANS = ("application/pdf", "image/png", "image/jpeg")


def letter_to_sign(item: MapItem, at: datetime) -> bytes:
    """The letter as PDF, to be signed by hand and sealed; nothing is written.

    Raises Refused as `commit_on_paper` would.
    """
    onemap.need_state(item, [ItemState.OPEN])
    _, standard = may_be_promised(item, at)
    return papers.to_sign(item, standard, at, turn_of(item))


@action
def commit_on_paper(
    *,
    actor: Actor,
    item_id: int,
    window: Department,
    code: str,
    scan_id: int,
    signer: str,
    capacity: str,
    authority: str,
    signed_on: date,
    agreed: bool,
    at: datetime,
    version: int | None = None,
) -> Commitment:
    """Takes the signed letter in and publishes the promise, as `commit` does. `actor` is the unit, by the clerk of a
    visit.

    `window`: the clerk's department; `code`: as printed on the letter. Raises: Forbidden, Stale (other words by now),
    Refused (not promisable; a date or paper that cannot be; original and scan not compared).
    """
    item = onemap.take(actor, item_id, access.can_commit_on_paper, [ItemState.OPEN], version)
    decision, standard = may_be_promised(item, at)
    _need_day(item, standard, signed_on, at)
    _need_current(item, standard, code, signed_on)
    if not agreed:
        raise Refused("commitments.agreed", "请核对原件与扫描件一致后再提交", field="agreed")
    scan = _scan(actor, scan_id)
    paper = PaperSigning.objects.create(
        scan=scan,
        scan_sha256=scan.sha256,
        code=papers.code_of(item, standard, signed_on, turn_of(item)),
        **_signed_by(item, signer, capacity, authority),
        signed_on=signed_on,
        clerk_id=actor.required_person_id,
        via=actor.via,
        at=at,
    )
    letter = _letter(item, standard, paper, window, at)
    commitment = publish(actor, "commitments.commit_on_paper", item, standard, decision, letter, at, paper=paper)
    _tell(commitment, window, at)
    return commitment


def _need_day(item: MapItem, standard: CommitmentStandard, signed_on: date, at: datetime) -> None:
    """Signed neither in the future nor before there was a text to sign."""
    if signed_on > onemap.day_of(at):
        raise Refused(
            "commitments.signed_on", "签署日期不能晚于今天", field="signed_on", remedy="请照承诺书上的日期填写"
        )
    first = max(standard.span.from_on, item.project.filed_at.astimezone(TZ).date())
    if signed_on < first:
        raise Refused(
            "commitments.signed_on",
            f"签署日期早于{day_words(first)}，那时还没有这份承诺书",
            field="signed_on",
            remedy="请照承诺书上的日期填写；签的是旧文本的，请打印现行文本重新签署",
        )


def _need_current(item: MapItem, standard: CommitmentStandard, code: str, signed_on: date) -> None:
    """Raises Stale where other words were signed than would be published."""
    if "".join(code.split()).upper().replace("-", "") != papers.code_of(
        item, standard, signed_on, turn_of(item)
    ).replace("-", ""):
        raise Stale(
            "commitments.code",
            "核对码不符：签的不是这个事项现行的承诺书",
            field="code",
            remedy="请照承诺书落款处填写核对码；没有填错的，说明文本已经变动，请重新打印、签字盖章",
        )


def _scan(actor: Actor, scan_id: int) -> StoredFile:
    """The scan in the unit's own library, so that the unit sees what was taken for its word."""
    found = StoredFile.objects.defer("content").filter(pk=scan_id, unit_id=actor.unit_id, by__isnull=False).first()
    if found is None:
        raise Refused("commitments.scan", "请上传签字盖章后的承诺书扫描件", field="scan")
    if found.content_type not in SCANS:
        raise Refused("commitments.scan", "扫描件应是 PDF 或者图片", field="scan", remedy="请重新扫描后上传")
    return found


def _signed_by(item: MapItem, signer: str, capacity: str, authority: str) -> dict[str, str]:
    if capacity not in Capacity.values:
        raise Refused("commitments.capacity", "请选择签字人的身份", field="capacity")
    name = need_text(signer, "signer", "请填写签字人姓名")
    known = item.project.unit.legal_representative
    if capacity == Capacity.LEGAL and known and name != known:
        raise Refused(
            "commitments.legal_representative",
            "签字人与登记的法定代表人姓名不符",
            field="signer",
            remedy="请核对签字；法定代表人已变更的，请先凭营业执照更正单位信息；由他人代签的，请选“授权签署人”",
        )
    paper = (
        need_text(authority, "authority", "请填写授权委托书的编号或者日期") if capacity == Capacity.AUTHORISED else ""
    )
    for field, text in (("signer", name), ("authority", paper)):
        longest = column_length(PaperSigning, field)
        if "\x00" in text or len(text) > longest:
            raise Refused("commitments.too_long", f"最多 {longest} 字", field=field)
    return {"signer": name, "capacity": capacity, "authority": paper}


def _letter(
    item: MapItem, standard: CommitmentStandard, paper: PaperSigning, window: Department, at: datetime
) -> Document:
    """Word for word what was signed, with the scan's digest;
    signed by the hall's window, which has seen the original.
    """
    project = item.project
    return issue_signed(
        kind=CommitmentsPaper.LETTER,
        subject=item,
        data=papers.taken_in(item, standard, paper, turn_of(item), window=f"{project.hall.name}综合窗口"),
        at=at,
        signatory=Signatory(id=window.name, name=window.name),
        reason=f"纸质承诺书收件：{item.name}",
        project_code=project.code or "",
        unit_id=project.unit_id,
    )


def _tell(commitment: Commitment, window: Department, at: datetime) -> None:
    """Everybody who acts for the unit, at the counter or not: what bears its seal must not be news to it."""
    item, unit_id = commitment.item, commitment.project.unit_id
    words = {"matter": item.name, "until": day_text(commitment.notice_until)}
    tell(
        "commitment_on_paper",
        at=at,
        persons=persons_bound(unit_id, onemap.day_of(at)),
        unit_id=unit_id,
        project_code=code_of(commitment),
        page=PageRef("unit:commit", item_id=item.pk),
        hall=item.project.hall.name,
        phone=f"（{window.phone}）" if window.phone else "",
        words=words,
    )
    if item.handler:
        published = PageRef("public:commitment", commitment_id=commitment.pk)
        tell(
            "commitment_published",
            at=at,
            persons=[item.handler],
            project_code=code_of(commitment),
            page=published,
            words=words,
        )
