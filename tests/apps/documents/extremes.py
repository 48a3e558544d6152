"""The shortest and the longest data that may come, per template: what is left out and what does not fit on a line."""

from typing import Any

from tests.apps.documents.samples import (
    BULLETIN,
    COMPLETION,
    GRANT,
    GUIDANCE,
    HANDOUT,
    LAND,
    LETTER,
    LONG_NAME,
    MATERIALS,
    MINUTES,
    MOCK_LINE,
    NON_ACCEPTANCE,
    REFORM,
    REFUSAL,
    REGIONAL,
    RULING,
    SAMPLES,
    SUPPLEMENT,
    WINDOW,
    WITHDRAWAL,
    completion_point,
    guidance_line,
    printed,
    stage,
)  # fmt: skip

LONG_UNIT: Any = "临夏回族自治州积石山保安族东乡族撒拉族自治县黄河三峡生态农牧产业投资开发集团有限责任公司大河家分公司"
LONG_OFFICE: Any = "积石山保安族东乡族撒拉族自治县住房和城乡建设局"
LONG_MATTER: Any = "矿山、金属冶炼建设项目和用于生产、储存危险物品的建设项目的安全设施设计审查"
LONG: Any = {"project_name": LONG_NAME, "unit_name": LONG_UNIT}
NO_URL: Any = {"verify_url": None}

SHORT: Any = {
    "agency_agreement": {"matters": [], "legal_representative": None},
    "agency_end": {"served": []},
    "mock_application": {"matters": [], "natural_resources": None, "market_regulation": None, "land_expected_on": None},
    "mock_commitment": {"legal_representative": ""},
    "mock_notice": {"contacts": [], "window_phone": "", "issued_on": None},
    "mock_circulation": {"lines": []},
    "mock_result": {"contents": [], "valid_until": None, "contact": None},
    "deficient_application": {"situation": "在建", "opinions": []},
    "deficient_notice": {"verify_url": None},
    "hall_bulletin": {"corrections": [], "quarter": "", "honours": [], "bottom": []},
    "reform_report": {
        "halls": [], "offices": [], "problems": [], "problems_said": "", "honours": [], "next_steps": "",
        "corrections": [],
    },
    "coordination_minutes": {"meeting_at": None, "meeting_place": None, "basis": []},
    "filing_certificate": {
        "project_name": "养牛场", "site": "", "scope": "", "planned_start_on": None, "planned_finish_on": None,
        "policy": "", "evidence": None, "grade": None, "class_name": None, "colour": None, "total_investment": "80",
    },
    "site_poster": {
        "project_name": "养牛场", "site": "", "planned_start_on": None, "planned_finish_on": None, "participants": [],
        "phone": None,
    },
    "commitment_letter": {
        "requirements": LETTER["requirements"][:1], "promises": LETTER["promises"][:1], "notice_period": None,
        "legal_representative": None, "signed_at": None, "verify_url": None, "watermark": "未签署",
    },
    "acceptance_notice": {"materials": [], "basis": [], "contact": None, "due_on": None, **NO_URL},
    "supplement_notice": {"items": SUPPLEMENT["items"][:1], "basis": [], "contact": None, "answer_by": None, **NO_URL},
    "decision": {**GRANT, "contents": [], "valid_until": None, "copies_to": [], **NO_URL},
    "non_acceptance": {
        "competent": None, "basis": [], "contact": None, "reasons": NON_ACCEPTANCE["reasons"][:1], **NO_URL,
    },
    "receipt": {"materials": [], "contact": None, "answer_by": None, **NO_URL},
    "promise_ruling": {
        "lifted_number": "积建处〔2027〕3号", "facts": "复测达到承诺标准。", "measures": [], "contact": None, **NO_URL,
    },
    "withdrawal_notice": {
        "certificate_number": None, "problem": "申报的建设地点不在本县。", "contact": None, "at_review": False,
        **NO_URL,
    },
    "guidance_summary": {
        "matters": GUIDANCE["matters"][:1], "landing_on": None, "chain": [], "departments": 1, **NO_URL,
    },
    "completion_opinion": {"points": COMPLETION["points"][:1], "promised": 0, "kept": 0, "basis": [], **NO_URL},
    "land_list": {
        "project_name": "", "unit_name": "", "credit_code": "", "project_code": "", "basics": [], "assessed": [],
        "controls": [], "indicators": [], "contract": "", "silent": [], "zone": "",
    },
    "delivery_record": {"deliverer": None, "how": "邮寄", "note": "受送达人下落不明，已在政务服务网公告。"},
    "regional_result": {"conditions": [], "obligations": [], "place": "", "institution_code": "", **NO_URL},
    "window_receipt": {"lines": [], "contact": None, "authority": "法定代表人本人"},
    "handout_record": {"documents": HANDOUT["documents"][:1], "authority": "法定代表人本人"},
    "map_print": {
        "grade": None, "landing_on": None, "chain": [], "done": 0, "total": 1, **NO_URL,
        "stages": [
            stage(
                name, "",
                [printed(1, name="取水许可", who="", when="", state="ready", word="可办")] if name == "立项" else [],
            )
            for name in ("立项", "用地规划建设许可", "施工许可", "竣工验收")
        ],
    },
}  # fmt: skip


def _sixty() -> Any:
    """Sixty matters with long names, spread as a large project spreads them; each waits for two before it."""
    states = [
        ("done", "办结"),
        ("green", "正常"),
        ("yellow", "预警"),
        ("paused", "暂停"),
        ("wait", "未到"),
        ("notice", "公示中"),
        ("ready", "可办"),
        ("red", "超期"),
    ]
    chain = (1, 7, 19, 33, 41, 52)

    def one(number: int) -> Any:
        state, word = states[number % len(states)]
        return printed(
            number,
            name=(
                LONG_MATTER
                if number % 7 == 0
                else "建设工程规划许可证核发"
                if number % 3
                else "占用农业灌溉水源、灌排工程设施审批"
            ),
            state=state,
            word=word,
            who="州生态环境局积石山分局 · 马晓燕" if number % 2 else "住建局",
            after=[n for n in (number - 6, number - 1) if n > 0],
            critical=number in chain,
            tags=["可承诺", "并行"] if number % 4 == 0 else [],
            problem="发现问题：现场与图纸不符" if number == 20 else "",
        )

    spans = {
        "立项": range(1, 7),
        "用地规划建设许可": range(7, 33),
        "施工许可": range(33, 52),
        "竣工验收": range(52, 61),
    }
    stages = [
        stage(name, LONG_OFFICE if name == "施工许可" else "自然资源局", [one(n) for n in span])
        for name, span in spans.items()
    ]
    links = [{"number": n, "name": one(n)["name"]} for n in chain]
    return {"stages": stages, "chain": links, "total": 60, "done": 7, "provisional": True}


_POINTS: Any = [
    completion_point(
        n,
        met=n % 9 != 4,
        note="厂界噪声昼间实测 68 分贝，超过标准。" if n % 9 == 4 else "",
        matter=LONG_MATTER if n % 3 == 0 else "取水许可",
    )
    for n in range(48)
]
EXTREME: Any = {
    "agency_agreement": LONG | {"matters": [LONG_MATTER] * 8},
    "agency_end": LONG | {"why": "原因。" * 60},
    "deficient_application": {
        "project_name": LONG_NAME, "unit_name": LONG_UNIT, "site": LONG_NAME,
        "situation": "\n".join(["进展情况。" * 20] * 6), "matters": [LONG_MATTER] * 3,
    },
    "mock_application": LONG | {
        "site": LONG_NAME, "progress": "进展情况。" * 60, "land": "用地情况。" * 40, "matters": [LONG_MATTER] * 6,
    },
    "mock_commitment": LONG | {"site": LONG_NAME},
    "mock_notice": LONG | {"hall": LONG_OFFICE},
    "mock_circulation": LONG | {
        "lines": [
            MOCK_LINE | {
                "department": LONG_OFFICE, "matter": LONG_MATTER, "note": "取得土地时尚未模拟通过，转入正式办理",
            }
        ] * 14
    },
    "mock_result": LONG | {"department": LONG_OFFICE, "matter_name": LONG_MATTER, "contents": ["附带的要求。" * 40]},
    "deficient_notice": {
        "project_name": LONG_NAME, "unit_name": LONG_UNIT, "matter_name": LONG_MATTER, "department": LONG_OFFICE,
        "missing": [LONG_MATTER] * 8,
    },
    "hall_bulletin": {
        "issuer": LONG_OFFICE,
        "lines": [row | {"hall": LONG_OFFICE, "score": "1100.25", "good": 12345} for row in BULLETIN["lines"]] * 20,
        "corrections": BULLETIN["corrections"] * 12, "honours": BULLETIN["honours"] * 6,
    },
    "reform_report": {
        "issuer": LONG_OFFICE, "year": True, "offices": [row | {"name": LONG_OFFICE} for row in REFORM["offices"]] * 12,
        "problems": [row | {"subject": LONG_OFFICE} for row in REFORM["problems"]] * 12,
        "corrections": REFORM["corrections"] * 12,
        "evaluations": [
            {
                "name": LONG_OFFICE, "score": "87.25", "parts": ["承诺办理率 12／20（60%），得 30.00／30"] * 6,
                "self_report": "一年的情况。" * 60, "comment": "评价意见。" * 30,
            },
            {"name": LONG_OFFICE, "score": None, "parts": [], "self_report": "", "comment": ""},
        ],
    },
    "coordination_minutes": LONG | {
        "issuer": LONG_OFFICE, "issue": "\n".join(["问题。" * 40] * 4),
        "opinions": [row | {"text": "意见。" * 40} for row in MINUTES["opinions"]] * 8, "items": MINUTES["items"] * 20,
        "conclusion": "\n".join(["结论。" * 40] * 6),
    },
    "filing_certificate": LONG | {
        "project_name": LONG_NAME * 2, "site": LONG_NAME, "scope": "建设内容及规模" * 260, "issuer": LONG_OFFICE,
        "total_investment": "123456789.1234", "grade": "C+", "class_name": "中", "colour": "yellow",
        "watermark": "已撤回",
    },
    "site_poster": LONG | {
        "project_name": LONG_NAME * 2, "site": LONG_NAME, "participants": [{"role": "监理单位", "name": LONG_UNIT}] * 6,
        "supervisor": LONG_OFFICE, "paper": "a4", "title": "积石山保安族东乡族撒拉族自治县投资建设项目信用公示牌",
    },
    "commitment_letter": LONG | {
        "promises": [f"第{n}项承诺，按标准建设并接受查验。" * 3 for n in range(30)], "matter_name": LONG_MATTER,
        "signer_name": "阿卜杜热依木·买买提", "department": LONG_OFFICE,
    },
    "acceptance_notice": LONG | {
        "materials": MATERIALS * 12, "matter_name": LONG_MATTER, "department": LONG_OFFICE, "provisional": True,
        "deemed": True,
    },
    "supplement_notice": LONG | {
        "items": SUPPLEMENT["items"] * 12, "matter_name": LONG_MATTER, "department": LONG_OFFICE, "kind": "incorrect",
    },
    "decision": LONG | {
        "reasons": REFUSAL["reasons"] * 9, "matter_name": LONG_MATTER, "department": LONG_OFFICE,
        "copies_to": [LONG_OFFICE] * 5,
    },
    "non_acceptance": LONG | {
        "reasons": NON_ACCEPTANCE["reasons"] * 9, "matter_name": LONG_MATTER, "department": LONG_OFFICE,
        "competent": {"name": LONG_OFFICE, "phone": "0930-7721234"},
    },
    "receipt": LONG | {"materials": MATERIALS * 10, "matter_name": LONG_MATTER},
    "promise_ruling": LONG | {
        "facts": "\n".join([RULING["facts"]] * 6), "department": LONG_OFFICE, "matter_name": LONG_MATTER,
        "measures": RULING["measures"] * 2,
    },
    "withdrawal_notice": LONG | {"problem": "\n".join([WITHDRAWAL["problem"]] * 6), "department": LONG_OFFICE},
    "guidance_summary": LONG | {
        "matters": [
            guidance_line(
                n, name=LONG_MATTER if n % 5 == 0 else f"第{n}项审批手续",
                materials=["申请表", *(f"第{m}份材料，加盖公章" for m in range(n % 7))], promisable=n % 4 == 0,
                way="可以选择信用承诺制" if n % 4 == 0 else "常规办理",
            )
            for n in range(1, 49)
        ],
        "chain": [LONG_MATTER] * 6, "provisional": True, "departments": 17,
    },
    "completion_opinion": LONG | {
        "outcome": "failed", "points": _POINTS, "rounds": 2, "promised": 16, "kept": 11,
        "why": "经整改后仍有要求没有达到。", "remedies": REFUSAL["remedies"],
    },
    "land_list": LONG | {
        "version": 3, "why": "管线改道", "place": LONG_NAME, "survey": "\n".join(["地块现状。" * 30] * 5),
        "design": LAND["design"] * 30,
        "indicators": [{"office": LONG_OFFICE, "points": LAND["indicators"][0]["points"] * 12}],
        "silent": [LONG_OFFICE] * 4,
    },
    "delivery_record": LONG | {
        "department": LONG_OFFICE, "how": "邮寄送达（EMS 1234567890123，法定代表人签收）",
        "document_number": "积石山住建许〔2026〕11123452-37号",
    },
    "window_receipt": {
        "unit_name": LONG_UNIT, "purpose": "备案新项目" * 20,
        "lines": [line | {"about": LONG_NAME} for line in WINDOW["lines"]] * 12,
    },
    "handout_record": {
        "unit_name": LONG_UNIT, "documents": [row | {"project": LONG_NAME} for row in HANDOUT["documents"]] * 10,
        "scan_sha256": "9f" * 32, "note": "另附附图两份。",
    },
    "regional_result": {
        "unit_name": LONG_OFFICE, "zone": LONG_NAME, "department": LONG_OFFICE,
        "conditions": REGIONAL["conditions"] * 15, "obligations": REGIONAL["obligations"] * 15,
    },
    "map_print": LONG | _sixty(),
}  # fmt: skip
# The grounds and words one sample does not show.
FURTHER: Any = {
    "filing_certificate-blue": ("filing_certificate", {"grade": "B", "class_name": "良", "colour": "blue"}),
    "filing_certificate-plain": (
        "filing_certificate",
        {"title": "投资项目备案证明", "rated": False, "grade": None, "class_name": None, "colour": None, "basis": ""},
    ),
    "filing_certificate-red": ("filing_certificate", {"grade": "D-", "class_name": "差", "colour": "red"}),
    "decision-granted": ("decision", GRANT),
    "completion_opinion-failed": (
        "completion_opinion",
        {"outcome": "failed", "points": _POINTS[:6], "remedies": REFUSAL["remedies"], "why": "情节严重。"},
    ),
    "guidance_summary-completion": (
        "guidance_summary", {"kind": "completion", "landing_on": None, "chain": [], "matters": GUIDANCE["matters"][4:]},
    ),
    "map_print-one_stage": (
        "map_print",
        {
            "stages": [stage("竣工验收", "住建局", [printed(n, name=LONG_MATTER) for n in range(1, 61)])], "chain": [],
            "total": 60,
        },
    ),
}  # fmt: skip


def variants() -> dict[str, tuple[str, dict[str, Any]]]:
    """Every picture to look at: name → template and data."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for template, ordinary in SAMPLES.items():
        found[f"{template}-short"] = (template, ordinary | SHORT[template])
        found[f"{template}-ordinary"] = (template, ordinary)
        found[f"{template}-extreme"] = (template, ordinary | EXTREME[template])
    return found | {name: (template, SAMPLES[template] | changes) for name, (template, changes) in FURTHER.items()}


assert SHORT.keys() == EXTREME.keys() == SAMPLES.keys()
