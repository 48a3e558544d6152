import xml.etree.ElementTree as ElementTree

import segno

from tests.apps.documents.samples import CERTIFICATE, ON
from yinuo.engine.documents.qr import qr_png, qr_svg, verification_url
from yinuo.engine.documents.render import render_pdf

URL = verification_url("https://yinuo.example.gov.cn/", "2611-622927-04-01-123452", "91622927MA74XQ2K05")


def test_the_address_is_made_of_project_code_and_credit_code() -> None:
    assert URL == "https://yinuo.example.gov.cn/verify/2611-622927-04-01-123452/91622927MA74XQ2K05/"


def test_a_code_cannot_leave_its_place_in_the_address() -> None:
    assert verification_url("https://h", "../x", "a/b?c#d") == "https://h/verify/..%2Fx/a%2Fb%3Fc%23d/"


def test_the_picture_keeps_a_quiet_zone_and_the_drawing_does_not() -> None:
    modules = segno.make(URL, error="m").symbol_size(border=0)[0]
    png = qr_png(URL, scale=4)
    assert int.from_bytes(png[16:20]) == (modules + 8) * 4
    drawing = ElementTree.fromstring(qr_svg(URL))
    assert drawing.get("viewBox") == f"0 0 {modules} {modules}"


def test_the_certificate_carries_the_code_of_its_own_address() -> None:
    other = verification_url("https://yinuo.example.gov.cn/", "2611-622927-04-01-999999", "91622927MA74XQ2K05")
    assert qr_svg(URL) != qr_svg(other)
    assert render_pdf("filing_certificate", CERTIFICATE | {"verify_url": URL}, ON) != render_pdf(
        "filing_certificate", CERTIFICATE | {"verify_url": other}, ON
    )
