"""Ways through the pages that several journeys take: the filing form, handing material in, a department's guidance."""

from __future__ import annotations

import os
from pathlib import Path

from tests.browser.chromium import BUILD
from tests.browser.live import AtTheBrowser

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TYPED: dict[str, dict[str, str]] = {
    "project": {
        "项目名称": "年产5万吨有机肥加工项目",
        "建设性质": "新建",
        "建设规模及内容": "新建发酵车间 12000 平方米，年产有机肥 5 万吨。",
    },
    "industry": {"国标行业": "2625", "总投资": "8,600"},
    "place": {"详细地址": "吹麻滩镇唐集工业集中区3号地块", "用地面积": "26000", "建筑面积": "20600"},
    "operation": {"年综合能源消费量": "800", "年煤炭消费量": "0"},
    "schedule": {"拟开工日期": "2027-03-01", "拟建成日期": "2028-06-30"},
}
CHOSEN: dict[str, dict[str, str]] = {
    "project": {"办理类型": "备案", "项目类别": "民间投资"},
    "place": {"建设地点所在行政区划": "积石山县"},
    "site": {"文物情况": "不涉及"},
    "construction": {"房屋建筑工程": "是"},
    "environment": {"环境影响评价类别": "报告表", "年取水量": "没有", "使用放射源或者射线装置": "否"},
    "declarations": {
        "关系国家安全": "否",
        "产业结构调整目录类别": "鼓励类",
        "外商投资准入": "否",
        "核准的投资项目目录": "否",
        "产能过剩": "否",
        "楼堂馆所": "否",
    },
}
NOTHING_ELSE = "没选“是”的都不涉及，继续"


def begin_filing(desk: AtTheBrowser) -> int:
    """Past the secrecy declaration; the draft's number."""
    desk.go("/projects/")
    desk.follow("备案一个项目")
    desk.choose("涉及国家秘密", "不涉及")
    desk.press("继续")
    return desk.number


def fill_filing(desk: AtTheBrowser, **changes: dict[str, str]) -> None:
    """Through every page as a person would, to the check of the answers. `changes`: what else to type on a page."""
    for _ in range(12):
        slug = desk.path.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        if slug == "check":
            return
        for question, answer in CHOSEN.get(slug, {}).items():
            desk.choose(question, answer)
        for label, value in {**TYPED.get(slug, {}), **changes.get(slug, {})}.items():
            desk.fill(label, value)
        rest = desk.page.get_by_role("button", name=NOTHING_ELSE)
        desk.press(NOTHING_ELSE if rest.count() else "继续")
    raise AssertionError(f"no end to the filing form: {desk.path}")


def file(desk: AtTheBrowser, **changes: dict[str, str]) -> None:
    """A whole filing, to the page that tells its outcome."""
    begin_filing(desk)
    fill_filing(desk, **changes)
    desk.tick("本单位作出上述备案信用承诺")
    desk.press("提交备案")


def material(name: str) -> Path:
    """A file to upload; none is the same as another."""
    folder = BUILD / "materials" / str(os.getpid())
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.pdf"
    file.write_bytes(PDF + name.encode())
    return file


def hand_in(desk: AtTheBrowser) -> None:
    """On the page that asks for the material: a file for each, and sent."""
    for number, place in enumerate(desk.page.get_by_label("上传新文件").all(), start=1):
        place.set_input_files(material(f"材料{number}"))
    desk.press("提交申报")


def advise(desk: AtTheBrowser, project: str) -> None:
    """A department's guidance: what the rules could not decide is not needed, everything else as proposed."""
    desk.take(project, "辅导")
    for question in desk.page.get_by_role("group", name="是否需要办理").all():
        if not question.get_by_role("radio", checked=True).count():
            question.get_by_label("不需要", exact=True).check()
    desk.press("反馈")
    desk.reads("意见已反馈")
