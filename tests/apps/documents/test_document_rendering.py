import io
import threading
import zlib
from datetime import datetime, timedelta
from typing import Any

import pypdf
import pytest

from tests.apps.documents.samples import (
    ACCEPTANCE,
    CERTIFICATE,
    GRANT,
    LETTER,
    LONG_NAME,
    ON,
    POSTER,
    REFUSAL,
    SAMPLES,
    SUPPLEMENT,
)
from yinuo.engine.documents.render import PaperError, render_pdf, render_png
from yinuo.engine.register import shapes

MARKUP = '#panic("x") *粗* _斜_ $x^2$ @ref <label> `raw` \\ // /* */ [a] {b} "q" = 标题 ~ -- #sys.inputs'


def pages(template: str, **changes: Any) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(template, SAMPLES[template] | changes, ON)))
    return ["".join(page.extract_text().split()) for page in reader.pages]


def text(template: str, **changes: Any) -> str:
    return "".join(pages(template, **changes))


def ground(**changes: Any) -> bytes:
    """The colour of the paper at its upper left corner."""
    png = render_png("filing_certificate", CERTIFICATE | changes, ON, ppi=30)[0]
    data, at = b"", 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    # Every PNG filter leaves the very first pixel as it is: there is nothing before it to predict from.
    return zlib.decompress(data)[1:4]


def test_there_is_a_sample_for_every_template() -> None:
    assert SAMPLES.keys() == shapes().keys()


@pytest.mark.parametrize("template", shapes())
def test_the_same_data_on_the_same_date_give_the_same_bytes(template: str) -> None:
    first = render_pdf(template, SAMPLES[template], ON)
    assert render_pdf(template, dict(reversed(SAMPLES[template].items())), ON) == first
    assert render_pdf(template, SAMPLES[template], ON + timedelta(days=1)) != first
    assert (
        render_pdf(
            template,
            SAMPLES[template] | {"project_name" if "project_name" in SAMPLES[template] else "region": "另一个项目"},
            ON,
        )
        != first
    )


@pytest.mark.parametrize("template", shapes())
def test_every_document_names_the_project_and_is_dated_by_its_argument(template: str) -> None:
    pdf = render_pdf(template, SAMPLES[template], ON)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    body = "".join("".join(page.extract_text().split()) for page in reader.pages)
    for key in {"project_name", "project_code", "unit_name", "credit_code"} & SAMPLES[template].keys():
        assert SAMPLES[template][key] in body
    assert reader.metadata is not None
    assert reader.metadata.creation_date == ON
    assert reader.metadata.title


@pytest.mark.parametrize("template", shapes())
def test_markup_in_the_data_stays_text(template: str) -> None:
    body = text(template, **dict.fromkeys({"project_name", "unit_name", "region"} & SAMPLES[template].keys(), MARKUP))
    assert "".join(MARKUP.split()) in body


def test_markup_in_lists_stays_text() -> None:
    assert "".join(MARKUP.split()) in text("commitment_letter", promises=[MARKUP])
    assert "".join(MARKUP.split()) in text("decision", reasons=[{"text": MARKUP, "cites": [MARKUP]}])


@pytest.mark.parametrize("template", shapes())
def test_only_the_fonts_of_the_packages_are_used_and_every_one_is_embedded(template: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(template, SAMPLES[template], ON)))
    fonts = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[union-attr]
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            fonts[inner["/BaseFont"].split("+")[-1]] = inner["/FontDescriptor"].get_object()
    assert fonts
    assert all(name.startswith(("NotoSerifSC", "NotoSansCJKsc", "NotoSansCJKSC")) for name in fonts), fonts.keys()
    assert all({"/FontFile2", "/FontFile3"} & descriptor.keys() for descriptor in fonts.values())


def fault_of(*given: Any, **options: Any) -> str:
    """What the operator is told; whoever wants the paper is told what to do."""
    with pytest.raises(PaperError, match="请过几分钟再试") as caught:
        render_pdf(*given, **options)
    return caught.value.said


def test_a_missing_or_unknown_key_is_named() -> None:
    incomplete = {key: value for key, value in CERTIFICATE.items() if key != "issuer"}
    assert "缺少：issuer" in fault_of("filing_certificate", incomplete, ON)
    assert "多出：issuerr" in fault_of("filing_certificate", CERTIFICATE | {"issuerr": "x"}, ON)
    assert "没有文书模板" in fault_of("../base", CERTIFICATE, ON)
    assert "没有文书模板 filing_certificate 第 7 版" in fault_of("filing_certificate", CERTIFICATE, ON, version=7)


def test_a_date_without_its_zone_is_refused() -> None:
    assert "时区" in fault_of("filing_certificate", CERTIFICATE, datetime(2026, 11, 3))


def test_threads_get_each_its_own_document() -> None:
    expected = {n: render_pdf("receipt", SAMPLES["receipt"] | {"number": f"SJ-{n}"}, ON) for n in range(6)}
    got: dict[int, bytes] = {}

    def work(n: int) -> None:
        got[n] = render_pdf("receipt", SAMPLES["receipt"] | {"number": f"SJ-{n}"}, ON)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == expected


# ---- the certificate ----
def test_the_four_classes_have_four_grounds_and_the_unrated_none() -> None:
    grounds = {colour: ground(colour=colour) for colour in ("green", "blue", "yellow", "red")}
    assert len(set(grounds.values())) == 4
    strongest = {colour: max(range(3), key=lambda n: pixel[n]) for colour, pixel in grounds.items()}
    assert (strongest["green"], strongest["blue"], strongest["red"]) == (1, 2, 0)
    assert grounds["yellow"][2] == min(grounds["yellow"])
    assert ground(colour=None, grade=None, class_name=None) == b"\xff\xff\xff"


@pytest.mark.parametrize(
    ("grade", "class_name", "colour"),
    [("A", "优", "green"), ("B-", "良", "blue"), ("C+", "中", "yellow"), ("D", "差", "red")],
)
def test_the_letter_stands_in_the_upper_right_corner(grade: str, class_name: str, colour: str) -> None:
    pdf = render_pdf(
        "filing_certificate", CERTIFICATE | {"grade": grade, "class_name": class_name, "colour": colour}, ON
    )
    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    found: list[tuple[float, float]] = []

    def visit(piece: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        if piece.strip() == grade:
            placed = _product(tm, cm)
            found.append((placed[4] / float(page.mediabox.width), placed[5] / float(page.mediabox.height)))

    page.extract_text(visitor_text=visit)
    assert found
    across, up = found[0]
    assert across > 0.7
    assert up > 0.85


def _product(a: list[float], b: list[float]) -> list[float]:
    return [
        a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3], a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5],
    ]  # fmt: skip


def test_an_unrated_company_gets_a_dash_and_the_word() -> None:
    body = text("filing_certificate", grade=None, class_name=None, colour=None)
    assert "未评级" in body
    assert "—" in body
    assert "信用等次" not in body


def test_the_certificate_is_one_page_whatever_is_written_and_says_when_it_was_cut() -> None:
    whole = pages("filing_certificate", project_name=LONG_NAME, scope="建设内容" * 90)
    assert len(whole) == 1
    assert "全文见扫码页面" not in whole[0]
    cut = pages("filing_certificate", project_name=LONG_NAME * 2, site=LONG_NAME, scope="建设内容" * 2000)
    assert len(cut) == 1
    assert "全文见扫码页面" in cut[0]
    assert CERTIFICATE["credit_code"] in cut[0]


def test_a_withdrawn_certificate_says_so_across_the_page() -> None:
    assert "已撤回" in text("filing_certificate", watermark="已撤回")


def test_the_back_is_one_page_with_the_largest_code_and_says_when_the_certificate_is_withdrawn() -> None:
    printed = {
        "text": "YINUO1:" + "A" * 4289,
        "issuer": "积石山保安族东乡族撒拉族自治县发展和改革局",
        "on": "2026-11-24",
        "place": 1_000_000,
        "witnesses": [f"积石山县审批部门节点之{n}" for n in range(17)],
    }
    pdf = render_pdf(
        "filing_certificate",
        CERTIFICATE | {"watermark": "已撤回", "evidence": "赋码记录在信息链上。"},
        ON,
        printed=printed,
    )
    front, back = ("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert "赋码记录在信息链上。背面印有离线核验码。" in front
    assert "本证已撤回，不再有效" in back
    assert "是日志的第1000000条" in back
    assert "共17个节点" in back
    assert "持有这张纸的人就是项目单位" in back


def test_money_is_grouped_and_dates_are_prose() -> None:
    body = text("filing_certificate", total_investment="1234567.5")
    assert "1234567.5万元" in body
    assert "2027年3月至2028年6月" in body
    raw = (
        pypdf.PdfReader(
            io.BytesIO(render_pdf("filing_certificate", CERTIFICATE | {"total_investment": "1234567.5"}, ON))
        )
        .pages[0]
        .extract_text()
    )
    assert "1 234 567.5" in raw


# ---- the others ----
def test_the_poster_is_one_a3_page_with_the_longest_name() -> None:
    reader = pypdf.PdfReader(
        io.BytesIO(
            render_pdf(
                "site_poster", POSTER | {"project_name": LONG_NAME * 2, "participants": POSTER["participants"] * 2}, ON
            )
        )
    )
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)) == (297, 420)


def test_a_letter_shows_standard_requirements_promises_and_effect() -> None:
    body = text("commitment_letter")
    for part in (
        *LETTER["requirements"],
        *LETTER["promises"],
        *LETTER["legal_effect"],
        LETTER["standard_version"],
        LETTER["notice_period"],
    ):
        assert "".join(part.split()) in body
    assert "2026年11月3日10:20" in body
    assert "尚未签署" in text("commitment_letter", signed_at=None)


def test_a_letter_on_paper_is_printed_open_and_kept_with_its_scan_and_never_says_it_was_signed_electronically() -> None:
    blank: dict[str, Any] = {
        "code": "3F9A-02BC-77D1",
        "signed_on": None,
        "window": None,
        "checked_at": None,
        "scan_sha256": None,
    }
    printed = text("commitment_letter", signed_at=None, signer_name="", signer_role="", paper=blank)
    for part in ("核对码：3F9A-02BC-77D1", "供签字盖章的文本", "□法定代表人", "（盖章）", *LETTER["promises"]):
        assert "".join(part.split()) in printed, part
    seen = {
        "signed_on": "2026-11-02",
        "window": "积石山县政务大厅综合窗口",
        "checked_at": "2026-11-03T10:20:00+08:00",
        "scan_sha256": "ab" * 32,
    }
    kept = text("commitment_letter", signed_at=None, paper=blank | seen)
    for part in (
        "2026年11月2日",
        "2026年11月3日10:20由积石山县政务大厅综合窗口核对原件收件",
        "ab" * 16,
        LETTER["signer_name"],
    ):
        assert part in kept, part
    for body in (printed, kept):
        assert "电子签名" not in body
        assert "尚未签署" not in body


def test_a_long_letter_keeps_its_signature_in_one_piece_and_numbers_its_pages() -> None:
    long = pages("commitment_letter", promises=[f"第{n}项承诺，按标准建设并接受查验。" * 3 for n in range(30)])
    assert len(long) > 3
    assert "承诺单位" in long[-1]
    assert "签署方式" in long[-1]
    for number, page in enumerate(long, start=1):
        assert f"—{number}—" in page


def test_a_refusal_has_reasons_with_clauses_and_both_remedies_with_their_terms() -> None:
    body = text("decision")
    assert "不予行政许可决定书" in body
    for reason in REFUSAL["reasons"]:
        assert reason["text"].rstrip("。") in body
        assert reason["cites"][0] in body
    assert "60日内向积石山县人民政府申请行政复议" in body
    assert "6个月内向临夏市人民法院提起行政诉讼" in body


def test_a_grant_has_contents_and_no_reasons_for_refusal() -> None:
    body = "".join(
        "".join(page.extract_text().split())
        for page in pypdf.PdfReader(io.BytesIO(render_pdf("decision", GRANT, ON))).pages
    )
    assert "准予行政许可决定书" in body
    assert "不予行政许可" not in body
    assert "本决定有效期至2027年11月10日" in body


def test_both_ways_of_sending_back_list_every_fault() -> None:
    for kind, word in (("incomplete", "尚未受理"), ("incorrect", "已经受理")):
        body = text("supplement_notice", kind=kind, consequence="后果。")
        assert word in body
        for item in SUPPLEMENT["items"]:
            assert item["request"] in body
            assert item["reason"] in body


def test_a_long_list_of_faults_repeats_its_header_on_every_page() -> None:
    long = pages("supplement_notice", items=SUPPLEMENT["items"] * 12)
    assert len(long) >= 4
    assert all("补正要求" in page for page in long[:-1])


def test_acceptance_says_how_it_came_about_and_whether_the_date_is_provisional() -> None:
    assert "视为" not in text("acceptance_notice")
    assert "期限内未作出是否受理的答复" in text("acceptance_notice", deemed=True)
    assert "暂定" in text("acceptance_notice", provisional=True)
    assert "暂定" not in text("acceptance_notice", provisional=False)
    assert ACCEPTANCE["promised_limit"] in text("acceptance_notice")


def test_a_receipt_is_one_page_and_does_not_claim_acceptance() -> None:
    one = pages("receipt")
    assert len(one) == 1
    assert "不表示已经受理" in one[0]
