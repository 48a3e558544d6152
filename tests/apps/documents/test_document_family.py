"""What all papers have in common, with the shortest, the ordinary and the longest data."""

import io
import re
from functools import cache
from typing import Any

import pypdf
import pytest

from tests.apps.documents.extremes import LONG_OFFICE, variants
from tests.apps.documents.pictures import draw
from tests.apps.documents.samples import COMPLETION, DELIVERY, GUIDANCE, LONG_NAME, MAP, ON, POSTER, SAMPLES, WITHDRAWAL
from yinuo.engine.documents.render import render_pdf, render_png

# Every paper in every variant is drawn and read: some twenty seconds.
pytestmark = pytest.mark.slow

VARIANTS = variants()
SEAL = "演示用章"
# What a signature block holds besides its own words: office, date, the code's note, the seal's letters.
SEALED = [
    name
    for name, (template, _) in VARIANTS.items()
    if not (
        template.startswith("mock_")
        or template in ("site_poster", "commitment_letter", "map_print", "deficient_application")
    )
]


@cache
def drawn(name: str, seal: str | None) -> pypdf.PdfReader:
    template, data = VARIANTS[name]
    return pypdf.PdfReader(io.BytesIO(render_pdf(template, data, ON, seal=seal)))


def reader_of(name: str, seal: str | None = None, **changes: Any) -> pypdf.PdfReader:
    template, data = VARIANTS[name]
    return (
        pypdf.PdfReader(io.BytesIO(render_pdf(template, data | changes, ON, seal=seal)))
        if changes
        else drawn(name, seal)
    )


@cache
def _pages(reader: pypdf.PdfReader) -> tuple[str, ...]:
    return tuple("".join(page.extract_text().split()) for page in reader.pages)


def pages_of(reader: pypdf.PdfReader) -> list[str]:
    return list(_pages(reader))


@pytest.mark.parametrize("name", VARIANTS)
def test_every_paper_is_text_in_chinese_with_title_author_and_tags(name: str) -> None:
    reader = reader_of(name)
    _, data = VARIANTS[name]
    body = "".join(pages_of(reader))
    assert (
        next(data[key] for key in ("project_name", "unit_name", "region", "place") if data.get(key)).replace(" ", "")
        in body
    )
    assert data.get("project_code", "") in body
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"  # type: ignore[index]
    assert bool(root["/MarkInfo"]["/Marked"])  # type: ignore[index]
    assert "/StructTreeRoot" in root  # type: ignore[operator]
    assert reader.metadata is not None
    assert reader.metadata.title
    assert reader.metadata.author
    assert data.get("project_code", "") in str(reader.metadata.get("/Keywords"))
    metadata = root["/Metadata"].get_object().get_data().decode()  # type: ignore[index]
    assert re.search(r"<pdfaid:part>3</pdfaid:part>", metadata)
    assert re.search(r"<pdfuaid:part>1</pdfuaid:part>", metadata)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_project_code_never_breaks(name: str) -> None:
    """Copied from the paper it is one word."""
    assert any(VARIANTS[name][1].get("project_code", "") in page.extract_text() for page in reader_of(name).pages)


@pytest.mark.parametrize("name", SEALED)
def test_a_seal_is_drawn_only_where_the_paper_is_to_be_signed(name: str) -> None:
    assert SEAL not in "".join(pages_of(reader_of(name)))
    assert "".join(pages_of(reader_of(name, SEAL))).count(SEAL) == 1


def spots(page: pypdf.PageObject) -> list[tuple[str, float, float]]:
    """The page's pieces of text with where they stand, in millimetres from the lower left."""
    found: list[tuple[str, float, float]] = []

    def visit(piece: str, cm: list[float], tm: list[float], _font: Any, _size: float) -> None:
        if piece.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((piece.strip(), x / 72 * 25.4, y / 72 * 25.4))

    page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize(
    "name", ["decision-ordinary", "acceptance_notice-ordinary", "withdrawal_notice-extreme", "receipt-ordinary"]
)
def test_the_seal_lies_over_name_and_date(name: str) -> None:
    """印章端正、居中下压发文机关署名和成文日期: its words stand on the line between the two."""
    plain, sealed = reader_of(name), reader_of(name, SEAL)
    assert len(plain.pages) == len(sealed.pages), "a seal needs no room that was not there"
    page = next(page for page in sealed.pages if SEAL in page.extract_text().replace(" ", ""))
    ring = next((x, y) for piece, x, y in spots(page) if piece.startswith("演"))
    date = "".join(re.findall(r"\d+年\d+月\d+日", "".join(pages_of(plain)))[-1:])
    dates = [(x, y) for piece, x, y in spots(page) if piece.startswith(date[:4])]
    below = [y for _, y in dates if 0 < ring[1] - y < 12]
    assert below, (ring, dates)
    assert any(abs(ring[0] - x) < 25 for x, y in dates if y in below)


@pytest.mark.parametrize("name", SEALED)
def test_a_signature_never_stands_alone_on_its_page(name: str) -> None:
    _, data = VARIANTS[name]
    office = data.get("department") or data.get("issuer") or data.get("hall")
    for page in pages_of(reader_of(name)):
        left = re.sub(r"—\d+—|\d{4}年\d+月\d+日|扫码[^，。]*|抄送.*", "", page.replace(office, ""))
        assert len(left) > 12, page


@pytest.mark.parametrize(
    "name",
    [name for name in VARIANTS if "map_print" not in name and "poster" not in name and "certificate" not in name],
)
def test_no_page_is_empty_and_all_are_numbered(name: str) -> None:
    for number, page in enumerate(pages_of(reader_of(name)), 1):
        assert f"—{number}—" in page
        assert len(page) > 40


@pytest.mark.parametrize(
    "name", ["guidance_summary-extreme", "completion_opinion-extreme", "supplement_notice-extreme"]
)
def test_a_long_table_repeats_its_head_on_every_page(name: str) -> None:
    header = {"guidance": "办理方式和说明", "completion": "核验日期", "supplement": "补正要求"}[name.split("_")[0]]
    whole = pages_of(reader_of(name))
    tabled = [page for page in whole if header in page]
    assert len(tabled) >= 3
    assert whole[whole.index(tabled[0]) : whole.index(tabled[-1]) + 1] == tabled


def test_what_is_missing_leaves_no_line_behind() -> None:
    short = "".join(pages_of(reader_of("filing_certificate-short")))
    for label in ("建设地点", "建设规模", "建设起止", "产业政策"):
        assert label not in short
        assert label in "".join(pages_of(reader_of("filing_certificate-ordinary")))
    assert "监督电话" not in "".join(pages_of(reader_of("site_poster-short")))
    assert "联系人" not in "".join(pages_of(reader_of("acceptance_notice-short")))
    assert "备案文号" not in "".join(pages_of(reader_of("withdrawal_notice-short")))
    assert "None" not in "".join("".join(pages_of(reader_of(name))) for name in VARIANTS if name.endswith("-short"))


def test_the_poster_tells_what_the_colours_mean_on_both_sizes_of_paper() -> None:
    for paper, width in (("a3", 297), ("a4", 210)):
        reader = reader_of("site_poster-ordinary", paper=paper)
        assert round(float(reader.pages[0].mediabox.width) / 72 * 25.4) == width
        body = pages_of(reader)[0]
        for line in POSTER["classes"]:
            assert f"{line['name']}（{'、'.join(line['grades'])}）" in body
        assert "未评级" in body


def test_a_withdrawal_names_every_problem_the_basis_and_both_remedies() -> None:
    body = "".join(pages_of(reader_of("withdrawal_notice-ordinary")))
    for problem in WITHDRAWAL["problem"].split("\n"):
        assert problem in body
    assert "经复核" in body
    assert "经核查" in "".join(pages_of(reader_of("withdrawal_notice-ordinary", at_review=False)))
    assert "60日内向积石山县人民政府申请行政复议" in body
    assert "6个月内向临夏市人民法院提起行政诉讼" in body


def test_guidance_gives_the_landing_date_with_its_chain_and_every_matter_in_the_annex() -> None:
    letter, annex = pages_of(reader_of("guidance_summary-ordinary"))
    assert "预计于2026年12月18日落地，还需33个工作日" in letter
    assert "、".join(GUIDANCE["chain"]) in letter
    assert "需要办理5项手续，其中1项可以选择信用承诺制办理" in letter
    for matter in GUIDANCE["matters"]:
        assert matter["name"] in annex
    assert "不需要办理的手续（1项）：取水许可（使用园区供水管网，不取地下水）。" in annex


def test_a_failed_completion_says_what_was_not_met_and_where_to_challenge_it() -> None:
    passed = "".join(pages_of(reader_of("completion_opinion-ordinary")))
    assert "可以投入使用" in passed
    assert "行政复议" not in passed
    assert all(point["requirement"] in passed for point in COMPLETION["points"])
    failed = "".join(pages_of(reader_of("completion_opinion-failed")))
    assert "不得投入使用" in failed
    assert "厂界噪声昼间实测68分贝" in failed
    assert "提起行政诉讼" in failed


def test_a_delivery_record_is_one_page_with_room_to_sign() -> None:
    for name in ("ordinary", "short", "extreme"):
        whole = pages_of(reader_of(f"delivery_record-{name}", SEAL))
        assert len(whole) == 1
        assert "受送达人签名或者盖章" in whole[0]
    assert DELIVERY["document_number"] in pages_of(reader_of("delivery_record-ordinary"))[0]


@pytest.mark.parametrize("name", [name for name in VARIANTS if name.startswith("map_print")])
def test_the_map_is_one_a3_sheet_with_every_matter_however_many(name: str) -> None:
    reader = reader_of(name)
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == (420, 297)
    body = pages_of(reader)[0]
    for stage in VARIANTS[name][1]["stages"]:
        for matter in stage["matters"]:
            assert f"{matter['number']}{matter['name']}" in body


def test_the_map_names_the_chain_in_order_and_the_landing_date() -> None:
    body = pages_of(reader_of("map_print-ordinary"))[0]
    assert "→".join(f"{link['number']}{link['name']}" for link in MAP["chain"]) in body
    assert "预计落地2026年12月18日还需18个工作日" in body
    landed = pages_of(reader_of("map_print-ordinary", landed_on="2026-12-01"))[0]
    assert "已经落地2026年12月1日" in landed
    assert "预计落地" not in landed


def test_the_longest_office_signs_on_one_line_and_its_code_stands_below() -> None:
    reader = reader_of("decision-extreme")
    page = next(page for page in reader.pages if "申请行政复议" in page.extract_text().replace("\n", ""))
    assert any(LONG_OFFICE in line.replace(" ", "") for line in page.extract_text().splitlines())


def test_papers_stay_small() -> None:
    sizes = {
        name: len(render_pdf(template, data, ON, seal=SEAL))
        for name, (template, data) in VARIANTS.items()
        if "extreme" not in name
    }
    assert max(sizes.values()) < 160_000, sizes


def test_every_picture_can_be_drawn(tmp_path: Any) -> None:
    counts = draw(tmp_path, ppi=20)
    assert counts.keys() == VARIANTS.keys()
    assert len(list(tmp_path.glob("*.png"))) == sum(counts.values())
    assert all(len(page) > 500 for page in render_png("map_print", SAMPLES["map_print"], ON, ppi=20))
    assert LONG_NAME in VARIANTS["decision-extreme"][1]["project_name"]
