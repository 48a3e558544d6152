"""One realistic set of data per template, and the shortest and longest that may come; the names are invented."""

from datetime import datetime, timedelta, timezone
from typing import Any

ON = datetime(2026, 11, 3, 10, tzinfo=timezone(timedelta(hours=8)))
PROJECT: Any = {
    "project_name": "年产5万吨有机肥加工项目",
    "project_code": "2611-622927-04-01-123452",
    "unit_name": "积石山绿源有机肥有限公司",
    "credit_code": "91622927MA74XQ2K05",
}
URL: Any = "https://yinuo.example.gov.cn/verify/2611-622927-04-01-123452/91622927MA74XQ2K05/"
CERTIFICATE: Any = dict(
    PROJECT,
    title="投资项目信用备案证",
    rated=True,
    number="积发改备〔2026〕118号",
    site="积石山县吹麻滩镇唐集工业集中区3号地块",
    scope="新建发酵车间12000平方米、加工车间8600平方米，购置翻抛、造粒、包装生产线4条",
    total_investment="8600",
    planned_start_on="2027-03-01",
    planned_finish_on="2028-06-30",
    policy="鼓励类，项目单位已作信用承诺",
    grade="A-",
    class_name="优",
    colour="green",
    basis="底色与字母依据：附件2·第十条、第十五条",
    evidence="核验：一诺信息链第48 213条",
    issuer="积石山县发展和改革局",
    issued_on="2026-11-03",
    verify_url=URL,
    watermark=None,
)
LONG_NAME: Any = (
    "积石山保安族东乡族撒拉族自治县大河家镇黄河沿岸农产品精深加工冷链物流及配套基础设施建设（一期、二期）"
    "综合示范园区项目工程"
)
DEPARTMENT: Any = "积石山县自然资源局"
CONTACT: Any = {"name": "马晓燕", "phone": "0930-7721000", "address": "积石山县政务服务中心二楼综合窗口"}
POSTER: Any = dict(
    PROJECT,
    paper="a3",
    classes=[
        {"name": "优", "grades": ["A", "A-"], "colour": "green"},
        {"name": "良", "grades": ["B", "B-"], "colour": "blue"},
        {"name": "中", "grades": ["C+", "C", "C-"], "colour": "yellow"},
        {"name": "差", "grades": ["D", "D-"], "colour": "red"},
    ],
    title="积石山县投资建设项目信用公示牌",
    site=CERTIFICATE["site"],
    planned_start_on="2027-03-01",
    planned_finish_on="2028-06-30",
    participants=[
        {"role": "勘察单位", "name": "甘肃临夏工程勘察有限公司"},
        {"role": "设计单位", "name": "兰州黄河建筑设计院有限公司"},
        {"role": "施工单位", "name": "临夏州第二建筑工程有限责任公司"},
        {"role": "监理单位", "name": "甘肃陇原工程监理有限公司"},
    ],
    supervisor="积石山县发展和改革局",
    phone="0930-7721234",
    verify_url=URL,
)
LETTER: Any = dict(
    PROJECT,
    number="CN-2026-000118-03",
    matter_name="建设项目环境影响登记表备案",
    department="临夏州生态环境局积石山分局",
    standard_version="积石山县建设项目环境影响登记承诺标准（2026年第1版，自2026年3月1日起施行）",
    opening=None,
    template_version="甘肃省企业投资项目信用承诺书格式（2022年版）",
    requirements=[
        "建设内容属于环境影响登记表管理范围，选址不在生态保护红线、饮用水水源保护区内。",
        "生产废水经处理后回用，不外排；生活污水纳入园区污水管网。",
        "发酵车间臭气收集处理后达标排放，厂界噪声符合所在功能区标准。",
    ],
    promises=[
        "本单位提交的全部信息和材料真实、准确、完整、有效。",
        "严格按照上述标准和要求建设、运营，落实各项环境保护措施，环境保护设施与主体工程同时设计、同时施工、同时投产使用。",
        "自觉接受有关部门和社会监督；发现承诺难以履行的，及时向审批部门报告。",
        "竣工验收时，接受有关部门对照本承诺和标准逐项查验。",
    ],
    legal_effect=[
        "本承诺书自签署之日起具有法律效力。违反承诺造成的法律责任和经济损失由本单位承担；审批部门可以依法责令整改、撤销决定，并按规定记入信用记录、扣减信用分值。"
    ],
    notice_period="本承诺书在信用承诺专区公示，公示期为2026年11月4日至2026年11月10日（5个工作日）。",
    legal_representative="马文海",
    signer_name="韩玉兰",
    signer_role="授权经办人",
    signed_at="2026-11-03T10:20:00+08:00",
    paper=None,
    verify_url=URL,
    watermark=None,
)
MATERIALS: Any = [
    {"name": "建设用地规划许可申请表", "note": "电子件1份"},
    {"name": "国有建设用地使用权出让合同", "note": "复印件1份"},
    {"name": "项目备案证明（共享调取，不需提交）", "note": ""},
]
ACCEPTANCE: Any = dict(
    PROJECT,
    number="积自然资受〔2026〕31号",
    department=DEPARTMENT,
    matter_name="建设用地规划许可证核发",
    received_on="2026-11-03",
    accepted_on="2026-11-04",
    deemed=False,
    promised_limit="5个工作日",
    statutory_limit="20个工作日",
    due_on="2026-11-11",
    provisional=False,
    materials=MATERIALS,
    basis=["《中华人民共和国行政许可法》第三十二条", "《中华人民共和国城乡规划法》第三十八条"],
    contact=CONTACT,
    issued_on="2026-11-04",
    verify_url=URL,
    watermark=None,
)
SUPPLEMENT: Any = dict(
    PROJECT,
    number="积自然资补〔2026〕8号",
    department=DEPARTMENT,
    matter_name="建设用地规划许可证核发",
    received_on="2026-11-03",
    kind="incomplete",
    items=[
        {
            "category": "缺少材料",
            "subject": "国有建设用地使用权出让合同",
            "reason": "未提交",
            "request": "提交合同复印件1份，加盖公章",
        },
        {
            "category": "形式不符",
            "subject": "建设用地规划许可申请表",
            "reason": "未加盖公章，第3页用地面积与出让合同约定的面积不一致",
            "request": "按出让合同更正面积，加盖公章后重新提交",
        },
        {
            "category": "内容有误",
            "subject": "总平面图",
            "reason": "坐标系不是2000国家大地坐标系",
            "request": "转换坐标系后提交电子件（dwg和pdf）",
        },
    ],
    effective_on="2026-11-05",
    answer_by="2026-11-19",
    consequence="本次申请尚未受理，办理期限自你单位补齐全部材料之日起计算。除上述内容外，本机关不再要求补正其他材料。",
    basis=["《中华人民共和国行政许可法》第三十二条"],
    contact=CONTACT,
    issued_on="2026-11-05",
    verify_url=URL,
    watermark=None,
)
REMEDIES: Any = {
    "review_body": "积石山县人民政府",
    "review_term": "60日",
    "court": "临夏市人民法院",
    "suit_term": "6个月",
    "cites": ["行政复议法第二十条", "行政诉讼法第四十六条"],
}
GRANT: Any = dict(
    PROJECT,
    number="积自然资许〔2026〕22号",
    department=DEPARTMENT,
    matter_name="建设用地规划许可证核发",
    outcome="granted",
    application_on="2026-11-03",
    accepted_on="2026-11-04",
    basis=["《中华人民共和国城乡规划法》第三十八条", "《中华人民共和国行政许可法》第三十八条第一款"],
    contents=[
        "用地位置：积石山县吹麻滩镇唐集工业集中区3号地块。",
        "用地面积：21 783.29平方米，用地性质为工业用地。",
        "未经批准不得改变用地位置、界限和性质。",
    ],
    reasons=[],
    commitment=None,
    valid_until="2027-11-10",
    remedies=REMEDIES,
    decided_on="2026-11-10",
    copies_to=["县发展和改革局", "县住房和城乡建设局"],
    verify_url=URL,
    watermark=None,
)
REFUSAL: Any = dict(
    GRANT,
    outcome="refused",
    number="积自然资不许〔2026〕3号",
    contents=[],
    reasons=[
        {"text": "拟用地块位于城镇开发边界以外，与国土空间规划确定的用途不符。", "cites": ["城乡规划法第四十二条"]},
        {"text": "拟占用耕地比例超过规定，未提供占补平衡方案。", "cites": ["土地管理法第三十条"]},
    ],
    valid_until=None,
)
RECEIPT: Any = dict(
    PROJECT,
    number="SJ-20261103-0007",
    hall="积石山县政务服务中心综合窗口",
    matter_name="建设用地规划许可证核发",
    received_at="2026-11-03T10:05:00+08:00",
    applicant="韩玉兰（授权经办人）",
    handler="马晓燕",
    materials=MATERIALS,
    answer_by="2026-11-10",
    answer_note="审批部门将在答复期限前决定是否受理，或者一次性告知需要补正的全部内容；逾期未答复的，自收到材料之日起即为受理。",
    contact=CONTACT,
    verify_url=URL,
    watermark=None,
)

NON_ACCEPTANCE: Any = dict(
    PROJECT,
    number="临州环积不受〔2026〕3号",
    department=DEPARTMENT,
    matter_name="生产建设项目水土保持方案审批",
    received_on="2026-11-03",
    basis=["《中华人民共和国行政许可法》第三十二条"],
    reasons=[
        {"text": "该事项不属于本部门职权范围，请向有关部门申请", "cites": ["《中华人民共和国行政许可法》第三十二条"]},
        {"text": "水土保持方案由水行政主管部门审批", "cites": []},
    ],
    competent={"name": "积石山县水务局", "phone": "0930-7721234"},
    remedies=REMEDIES,
    decided_on="2026-11-04",
    contact=CONTACT,
    verify_url=URL,
    watermark=None,
)
HALL: Any = "积石山县政务服务中心"
WITHDRAWAL: Any = dict(
    PROJECT,
    number="积发改备撤〔2026〕11123452号",
    department="积石山县发展和改革局",
    certificate_number="积发改备〔2026〕11123452号",
    filed_on="2026-11-03",
    at_review=True,
    problem="项目申报的建设地点位于文物保护单位的建设控制地带内，属于负面清单所列不适用信用承诺制的项目。\n申报的总投资与建设规模明显不符，项目单位未能说明。",
    basis=["积县政办发〔2023〕16号正文·三(二)"],
    remedies=REMEDIES,
    contact=CONTACT,
    decided_on="2026-11-04",
    verify_url=URL,
    watermark=None,
)
RULING: Any = dict(
    PROJECT,
    number="积建处〔2027〕3号",
    department="积石山县住房和城乡建设局",
    matter_name="建设工程规划许可证核发",
    signed_on="2026-11-06",
    lifted_number=None,
    facts="责令整改后建筑退界仍少 1.2 米，没有达到承诺标准第 2 项。\n项目单位没有在期限内拆除超出部分。",
    measures=[
        "责令停止建设；停止期间不受理新的申报，整改到位后可以申请解除",
        "取消因该项承诺享受的支持，已经享受的予以追回",
    ],
    basis=["积县政办发〔2023〕16号附件2·第十四条"],
    remedies=REMEDIES,
    contact=CONTACT,
    decided_on="2027-01-15",
    verify_url=URL,
    watermark=None,
)


def guidance_line(number: int, **changes: Any) -> Any:
    return {
        "name": f"第{number}项审批手续",
        "department": DEPARTMENT,
        "level": "县级",
        "needed": True,
        "limit": "5个工作日",
        "after": ["企业投资项目备案"],
        "materials": ["申请表", "营业执照（共享调取）"],
        "promisable": False,
        "way": "常规办理",
        "note": "",
    } | changes


GUIDANCE: Any = dict(
    PROJECT,
    number="积石山县辅〔2026〕123452号",
    hall=HALL,
    kind="pre_start",
    departments=6,
    matters=[
        guidance_line(
            1, name="企业投资项目备案", department="积石山县发展和改革局", limit="即时办结", after=[], materials=[],
        ),
        guidance_line(
            2, name="建设用地规划许可证核发",
            materials=["建设用地规划许可申请表", "国有建设用地使用权出让合同", "用地红线图（dwg和pdf）"],
        ),
        guidance_line(
            3, name="建设项目环境影响登记表备案", department="临夏州生态环境局积石山分局", promisable=True,
            way="可以选择信用承诺制",
            note="生产废水不外排的，按登记表管理。",
        ),
        guidance_line(
            4, name="建设工程规划许可证核发", after=["建设用地规划许可证核发"],
            materials=["申请表", "建设工程设计方案"],
        ),
        guidance_line(
            5, name="建筑工程施工许可", department="积石山县住房和城乡建设局",
            after=["建设工程规划许可证核发", "建设工程消防设计审查"],
        ),
        guidance_line(
            6, name="取水许可", department="积石山县水务局", needed=False, note="使用园区供水管网，不取地下水。",
        ),
    ],
    landing_on="2026-12-18",
    working_days=33,
    provisional=False,
    chain=["建设用地规划许可证核发", "建设工程规划许可证核发", "建筑工程施工许可"],
    issued_on="2026-11-05",
    verify_url=URL,
    watermark=None,
)  # fmt: skip


def completion_point(number: int, **changes: Any) -> Any:
    return {
        "matter": "建设项目环境影响登记表备案",
        "department": "临夏州生态环境局积石山分局",
        "requirement": LETTER["requirements"][number % 3],
        "met": True,
        "note": "",
        "found_on": "2028-07-12",
    } | changes


COMPLETION: Any = dict(
    PROJECT,
    number="积石山县验〔2028〕123452号",
    hall=HALL,
    outcome="passed",
    applied_on="2028-07-05",
    concluded_on="2028-07-14",
    rounds=1,
    promised=1,
    kept=1,
    points=[
        *(completion_point(n) for n in range(3)),
        completion_point(
            0,
            matter="建设工程消防验收",
            department="积石山县住房和城乡建设局",
            requirement="建设工程消防验收",
            note="文号：积住建消验〔2028〕6号",
        ),
    ],
    why="",
    basis=["积县政办发〔2023〕16号正文·三(八)"],
    remedies=None,
    verify_url=URL,
    watermark=None,
)
AGREEMENT: Any = dict(
    PROJECT,
    number="积石山县代协〔2026〕2611-04-01-123452-1号",
    issuer="积石山县代办服务中心",
    body_place="积石山县政务服务大厅一楼 12 号窗口",
    body_phone="0930-7721212",
    agent="马淑兰",
    agent_phone="0930-7721213",
    legal_representative="马晓云",
    lead="马晓云",
    lead_phone="13909300001",
    handler="张丽",
    handler_phone="13909300002",
    matters=[],
    services=[
        {"name": "咨询", "text": "根据项目单位实际需要，提供政策解答、平台操作、事项申报等各类咨询服务"},
        {"name": "代办", "text": "代理项目单位申报材料，负责全程帮办盯办"},
    ],
    acts=True,
    from_on="2026-11-05",
    to_on="2027-11-04",
    fee="除按法律、法规明确规定必须由投资者交纳的费用外，一律实行免费代办服务",
    principle="代办服务必须依照法律法规的规定，不得损害公共利益和投资者的合法权益，做到“代办不包办”“服务不揽责”",
    body_duties=[
        "为投资者在本级部门办理审批事项提供代办服务",
        "为投资者在上级部门或下级部门办理审批事项提供协助代办服务",
    ],
    agent_duties=[
        "为投资者提供涉及项目审批申报的各类业务咨询",
        "加强与各审批部门联系沟通，跟踪项目审批进度，协调解决有关问题",
    ],
    unit_duties=[
        "明确对接代办工作的项目负责人和经办人，向代办服务机构提供准确、真实的投资项目信息",
        "拟定项目申报进度计划，及时准备申报材料，在代办服务机构指导下进行有序申报",
        "对投资项目建设及相关申报材料的真实合法性负责，并承担相应的法律责任",
    ],
    endings=[
        "因项目与现行法规相冲突，不具备办结条件或投资者主动要求终止代办委托的，可及时终止委托",
        "委托代办事项完成，经项目单位确认后视同办结",
    ],
    confirm_days=10,
    archive_days=5,
    basis=["《积石山县企业投资建设项目代办服务实施方案》附件6二（一）"],
    unit_signer="马晓云",
    unit_signed_at="2026-11-05T10:12:00+08:00",
    body_signer="马文辉",
    body_signed_at="2026-11-04T16:00:00+08:00",
    verify_url=URL,
    watermark=None,
)
AGENCY_END: Any = dict(
    PROJECT,
    number="积石山县代终〔2026〕2611-04-01-123452-1号",
    issuer="积石山县代办服务中心",
    outcome="done",
    agreement_number=AGREEMENT["number"],
    signed_on="2026-11-05",
    reason="委托事项完成，经项目单位确认",
    why="施工许可前的 9 个事项全部办结。",
    agent="马淑兰",
    agent_phone="0930-7721213",
    served=[{"name": "咨询", "count": 6}, {"name": "代办", "count": 9}],
    return_by="2027-03-12",
    basis=["《积石山县企业投资建设项目代办服务实施方案》附件6四（三）"],
    again="以后仍有需要的，可以重新申请代办服务。",
    ended_on="2027-03-05",
    verify_url=URL,
    watermark=None,
)
DELIVERY: Any = dict(
    PROJECT,
    number="积自然资送〔2026〕123452-2号",
    department=DEPARTMENT,
    document_title="准予行政许可决定书",
    document_number=GRANT["number"],
    how="综合窗口直接送达",
    delivered_at="2026-11-11T09:30:00+08:00",
    deliverer="马晓燕",
    note=None,
    watermark=None,
)


def printed(number: int, **changes: Any) -> Any:
    return {
        "number": number,
        "name": f"第{number}项审批手续",
        "state": "wait",
        "word": "未到",
        "who": "自然资源局 · 马晓燕",
        "when": "",
        "tags": [],
        "after": [],
        "critical": False,
        "problem": "",
    } | changes


def stage(name: str, department: str, matters: list[Any]) -> Any:
    return {
        "name": name,
        "department": department,
        "done": sum(m["state"] == "done" for m in matters),
        "matters": matters,
    }


MAP: Any = dict(
    PROJECT,
    hall=HALL,
    grade="A-",
    stages=[
        stage("立项", "积石山县发展和改革局", [
            printed(
                1, name="企业投资项目备案", state="done", word="办结", who="发改局", when="11月3日 09:12 办结",
                critical=True,
            ),
            printed(
                2, name="固定资产投资项目节能审查", state="ready", word="可办", who="发改局",
                when="现在可以申报 · 限 5 个工作日", tags=["并行"], after=[1],
            ),
        ]),
        stage("用地规划建设许可", "积石山县自然资源局", [
            printed(
                3, name="建设用地规划许可证核发", state="yellow", word="预警", when="剩 6 小时 · 11月24日 18:00 止",
                after=[1], critical=True,
            ),
            printed(
                4, name="建设项目环境影响登记表备案", state="notice", word="公示中", who="生态环境局积石山分局",
                when="最迟 11月27日 24:00 决定", tags=["承诺"], after=[1],
            ),
            printed(5, name="建设工程规划许可证核发", after=[3], critical=True),
            printed(
                6, name="生产建设项目水土保持方案审批", state="paused", word="暂停", who="水土保持工作站",
                when="11月20日 10:00 起暂停",
                problem="发现问题：弃渣场选址与方案不一致",
            ),
        ]),
        stage("施工许可", "积石山县住房和城乡建设局", [
            printed(
                7, name="建设工程消防设计审查", state="red", word="超期", who="住建局 · 祁建军",
                when="超 3 小时 · 11月23日 18:00 止", after=[3],
            ),
            printed(8, name="建筑工程施工许可", who="住建局", after=[5, 7], critical=True),
        ]),
        stage("竣工验收", "积石山县住房和城乡建设局", [
            printed(9, name="建设工程消防验收", who="住建局", after=[8]),
            printed(10, name="房屋建筑和市政基础设施工程竣工验收备案", who="住建局", after=[9]),
        ]),
    ],
    chain=[
        {"number": 1, "name": "企业投资项目备案"}, {"number": 3, "name": "建设用地规划许可证核发"},
        {"number": 5, "name": "建设工程规划许可证核发"}, {"number": 8, "name": "建筑工程施工许可"},
    ],
    landing_on="2026-12-18",
    landed_on=None,
    working_days=18,
    provisional=False,
    done=1,
    total=10,
    as_of="2026-11-24T11:30:00+08:00",
    verify_url=URL,
)  # fmt: skip

VISITOR: Any = {
    **PROJECT,
    "hall": "积石山县政务服务大厅",
    "identity": "居民身份证 6229************2X",
    "authority": "持授权委托书 绿源授〔2026〕3号",
    "clerk": "马红梅",
    "watermark": None,
}
WINDOW: Any = dict(
    VISITOR,
    number="W2611036F0B2A91C4",
    visitor="马建国",
    purpose="备案新项目，交用地预审材料",
    came_at="2026-11-03T09:12:00+08:00",
    left_at="2026-11-03T09:41:00+08:00",
    lines=[
        {
            "at": "2026-11-03T09:15:00+08:00",
            "what": "扫描材料，存入单位材料库",
            "about": "",
            "project_code": "",
            "receipt_no": "",
            "times": 4,
        },
        {
            "at": "2026-11-03T09:24:00+08:00",
            "what": "申报项目备案",
            "about": PROJECT["project_name"],
            "project_code": PROJECT["project_code"],
            "receipt_no": "",
            "times": 1,
        },
        {
            "at": "2026-11-03T09:37:00+08:00",
            "what": "提交申报材料",
            "about": "建设项目用地预审与选址意见书核发",
            "project_code": PROJECT["project_code"],
            "receipt_no": "S261103A91C4F0B2D",
            "times": 1,
        },
    ],
    contact={"name": "综合窗口", "phone": "0930-7721000", "address": None},
    verify_url="https://yinuo.example.gov.cn/receipts/W2611036F0B2A91C4/",
)
HANDOUT: Any = dict(
    VISITOR,
    number="W2611036F0B2A91C4-1",
    taker="马建国",
    documents=[
        {
            "title": "决定书（建设工程规划许可证核发）",
            "number": "积自然资审〔2026〕31号",
            "project": PROJECT["project_name"],
            "issued_on": "2026-11-02",
        },
        {"title": "信用备案证", "number": "", "project": PROJECT["project_name"], "issued_on": "2026-10-21"},
    ],
    handed_at="2026-11-03T09:40:00+08:00",
    scan_sha256=None,
    note=None,
)
LAND: Any = dict(
    PROJECT,
    number="县自然资源局用地清单〔2026〕JSS-2026-03",
    department="积石山县自然资源局",
    version=1,
    why="",
    parcel_number="JSS-2026-03",
    parcel_name="唐集工业集中区3号地块",
    zone="唐集工业集中区",
    place="积石山县吹麻滩镇，东至园区二路，南至纬三路，西至农机厂，北至排洪渠",
    area="26680",
    mu="40.02",
    land_use="工业用地",
    standard=True,
    contract="积自然资让〔2026〕12号",
    contract_on="2026-10-20",
    surveyed_on="2026-09-01",
    survey="地块为平整后的国有建设用地，场地标高 2316.4 至 2317.1 米，无地上附着物，不压覆重要矿产。",
    basics=[{"name": "通水", "on": "2026-08-20", "evidence": "DN200 供水干管已接至红线"}],
    assessed=[{"name": "水土保持方案审批", "on": "2026-06-30", "evidence": "区域评估报告书（积水保〔2026〕5号）"}],
    controls=["固定资产投资强度不低于 180 万元/亩", "亩均税收不低于 12 万元/亩·年"],
    indicators=[
        {
            "office": "积石山县地震局",
            "points": [{"subject": "抗震设防", "text": "设防烈度Ⅷ度，0.20g", "basis": "GB 18306"}],
        },
        {"office": "积石山县水务局", "points": []},
    ],
    design=[
        {
            "office": "积石山县供水单位",
            "points": [{"subject": "给水接口", "text": "自红线南侧 DN200 干管接入", "basis": ""}],
        }
    ],
    silent=["积石山县燃气单位"],
    basis=["《积石山县关于推行企业投资建设项目信用承诺制改革的若干意见》（积县政办发〔2023〕16号）正文二（七）"],
    issued_on="2026-10-21",
    verify_url=None,
    watermark=None,
)
REGIONAL: Any = {
    "number": "积水保〔2026〕9号",
    "department": "积石山县水土保持站",
    "unit_name": "吹麻滩工业园区管理委员会",
    "project_name": "",
    "project_code": "",
    "credit_code": "",
    "zone": "吹麻滩工业园区",
    "place": "东至大河家路，西至吹麻滩河",
    "matter_name": "生产建设项目水土保持方案审批",
    "title": "吹麻滩工业园区水土保持区域评估报告",
    "institution": "甘肃陇原水保工程咨询有限公司",
    "institution_code": "91620000710375659T",
    "qualification": "水土保持方案编制单位水平评价四星级",
    "report_number": "GSLY-2026-017",
    "report_on": "2026-09-28",
    "report_sha256": "3f" * 32,
    "scope": "园区规划范围内新建、改建、扩建的一般工业项目。",
    "conditions": ["国标行业代码以 13、26 开头", "用地面积不超过 50000 平方米"],
    "obligations": ["施工前十日内报送水土保持措施实施计划"],
    "from_on": "2026-10-12",
    "last_on": "2029-10-11",
    "basis": ["《积石山县企业投资建设项目信用承诺制改革实施方案》附件3三（三）"],
    "approved_on": "2026-10-10",
    "published_on": "2026-10-12",
    "verify_url": "https://yinuo.example.gov.cn/regional/1/",
    "watermark": None,
}
GAP_FORM: Any = {
    "project_name": PROJECT["project_name"],
    "project_code": PROJECT["project_code"],
    "contact_name": "马晓云",
    "contact_phone": "13900000001",
    "site": "积石山县吹麻滩镇唐集工业集中区3号地块",
    "total_investment": "8600",
    "situation": "新建发酵车间12000平方米，年产有机肥5万吨。\n水土保持方案报告书已编制完成，弃土场协议正在签订。",
    "matters": ["生产建设项目水土保持方案审批（空缺：弃土弃渣综合利用或者存放协议）"],
    "unit_name": PROJECT["unit_name"],
    "legal_representative": "马晓云",
    "applied_on": "2026-11-06",
    "opinions": [
        {"department": "积石山县水土保持站", "text": "主件齐全，同意容缺受理。", "name": "陈玉梅", "on": "2026-11-06"}
    ],
    "watermark": None,
}
GAP_NOTICE: Any = {
    "number": "RQ261106A1B2C3D4",
    "project_name": PROJECT["project_name"],
    "project_code": PROJECT["project_code"],
    "unit_name": PROJECT["unit_name"],
    "matter_name": "生产建设项目水土保持方案审批",
    "received_on": "2026-11-06",
    "missing": ["弃土弃渣综合利用或者存放协议"],
    "due_on": "2026-11-13",
    "department": "积石山县水土保持站",
    "issued_on": "2026-11-06",
    "verify_url": URL,
    "watermark": None,
}
MINUTES: Any = dict(
    PROJECT,
    issuer=DEPARTMENT,
    issue="总平面与规划道路红线交叉1.2米，水土保持方案和规划需要一并调整。",
    requested_from="积石山县水土保持站",
    requested_on="2026-11-10",
    started_at="2026-11-10T11:00:00+08:00",
    convener="赵永红",
    meeting_at="2026-11-12T09:30:00+08:00",
    meeting_place="县政务服务大厅三楼会议室",
    opinions=[
        {"department": DEPARTMENT, "lead": True, "text": "同意微调红线。", "name": "赵永红"},
        {"department": "积石山县水土保持站", "lead": False, "text": None, "name": None},
    ],
    items=[{"name": "生产建设项目水土保持方案审批", "department": "积石山县水土保持站", "paused": True}],
    conclusion="总平面西移1.5米，各部门按调整后的方案继续审查。",
    concluded_at="2026-11-13T15:00:00+08:00",
    basis=["《积石山县关于推行企业投资建设项目信用承诺制改革的若干意见》（积县政办发〔2023〕16号）附件6四（二）3"],
    watermark=None,
)
STANDING: Any = {"good": 42, "bad": 1, "yellow": 3, "red": 0, "landed": 2, "tracks": 1, "manual": 0}
REFORM: Any = {
    "issuer": "积石山县发展和改革局",
    "number": "积石山县信用承诺制改革推进情况通报〔2026〕3号",
    "region": "积石山县",
    "title": "积石山县2026年第三季度信用承诺制改革推进情况通报",
    "year": False,
    "span": "2026年7月1日至2026年9月30日",
    "opening": "第三季度，全县新备案项目 9 个，全部在“一张图”上办理。\n承诺办理率比上季度提高，仍有部门没有达到目标。",
    "whole": [
        {"label": "承诺办理率", "value": "21／32（65.6%）", "goal": "60%"},
        {"label": "“一张图”覆盖率", "value": "9／9（100%）", "goal": "100%"},
        {"label": "按期办结率", "value": "57／58（98.3%）", "goal": "—"},
        {"label": "亮红灯", "value": "1", "goal": "—"},
    ],
    "hall_columns": ["承诺办理率", "“一张图”覆盖率", "按期办结率", "按时落地率", "好评率"],
    "halls": [{"name": "积石山县政务大厅", "values": ["65.6%", "100%", "98.3%", "83.3%", "96%"]}],
    "office_columns": ["承诺办理率", "按期办结率", "亮红灯", "好评率", "预警办结率", "承诺按期复核率"],
    "offices": [
        {"name": "积石山县自然资源局", "values": ["80%", "100%", "—", "100%", "100%", "100%"]},
        {"name": "积石山县水务局", "values": ["0%", "91.7%", "1", "75%", "—", "50%"]},
    ],
    "problems": [
        {"subject": "积石山县水务局", "text": "承诺办理率 0%，没有达到 60%（4 件中 0 件）"},
        {"subject": "积石山县水务局", "text": "1 件事项亮红灯"},
    ],
    "problems_said": "县水务局对照清单逐项公布承诺内容和标准，十个工作日内报整改情况。",
    "honours": [
        {
            "name": "马建国",
            "title": "全省投资建设项目“一网通办”审批服务平台优秀服务人员",
            "grounds": "2026年第三季度好评 6 件，没有差评和红黄灯",
        }
    ],
    "evaluations": [],
    "next_steps": "把符合条件的核准类项目纳入承诺制。",
    "corrections": [
        {
            "report": "2026年第二季度",
            "subject": "积石山县水务局",
            "measure": "好评率",
            "told": "2／3（66.7%）",
            "now": "2／2（100%）",
        }
    ],
    "sha256": "3f" * 32,
    "basis": ["《积石山县关于推行企业投资建设项目信用承诺制改革的若干意见》正文五（二）"],
    "issued_on": "2026-10-12",
    "watermark": None,
}

BULLETIN: Any = {
    "issuer": "积石山县发展和改革局",
    "number": "临夏回族自治州政务大厅评分通报〔2026〕9号",
    "region": "临夏回族自治州",
    "month": "2026-09-01",
    "through": "2026-09-30",
    "mean": "101.24",
    "start": "100",
    "worth": "1",
    "lines": [
        {"rank": 1, "hall": "临夏市政务大厅", "score": "104.7", "change": "+1.2", **STANDING},
        {"rank": 2, "hall": "积石山县政务大厅", "score": "103.1", "change": "+0.9", **STANDING},
        {"rank": 3, "hall": "永靖县政务大厅", "score": "98.4", "change": "−0.6", **STANDING},
    ],
    "bottom": ["永靖县政务大厅"],
    "corrections": [{"month": "2026-08-01", "hall": "永靖县政务大厅", "told": "98.5", "now": "99"}],
    "quarter": "2026年第三季度",
    "honours": [
        {
            "kind": "政务大厅", "name": "临夏市政务大厅", "title": "全省投资建设项目“一网通办”审批服务平台优秀服务窗口",
            "flag": True, "grounds": "2026年第三季度评分第 1 名",
        },
        {
            "kind": "总召集人", "name": "马建国", "title": "全省投资建设项目“一网通办”审批服务平台优秀服务人员",
            "flag": False, "grounds": "临夏市政务大厅2026年第三季度评分第 1 名",
        },
    ],
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "basis": [
        (
            "《积石山县关于推行企业投资建设项目信用承诺制改革的若干意见》（积县政办发〔2023〕16号）"
            "附件7第十八条、第十九条、第二十二条"
        )
    ],
    "issued_on": "2026-10-01",
    "watermark": None,
}  # fmt: skip
MOCK_SAID: Any = {
    "text": "选址符合国土空间规划，不占永久基本农田，同意列入模拟审批。",
    "agreed": True,
    "by": "马建国",
    "on": "2026-11-10",
}
MOCK_FORM: Any = PROJECT | {
    "contact": "马晓云、韩志强",
    "phone": "13900000001、13900000002",
    "site": "积石山县吹麻滩镇唐集工业集中区3号地块",
    "total_investment": "8600",
    "progress": "已备案，正在勘察设计。",
    "land": "拟用国有建设用地26000平方米。",
    "land_expected_on": "2027-02-01",
    "matters": ["建设用地规划许可证核发", "建设工程规划许可证核发"],
    "legal_representative": "马晓云",
    "natural_resources": MOCK_SAID,
    "market_regulation": MOCK_SAID | {"text": "主体资格合法有效，同意。"},
    "verify_url": None,
    "watermark": None,
}
MOCK_COMMITMENT: Any = PROJECT | {
    "site": "积石山县吹麻滩镇唐集工业集中区3号地块",
    "legal_representative": "马晓云",
    "verify_url": None,
    "watermark": None,
}
MOCK_NOTICE: Any = PROJECT | {
    "number": "模拟审批〔2026〕1号",
    "hall": "积石山县政务服务大厅",
    "contacts": [{"name": "马晓云", "phone": "13900000001"}, {"name": "韩志强", "phone": "13900000002"}],
    "window_contact": "马红梅",
    "window_phone": "0930-0000000",
    "issued_on": "2026-11-12",
    "verify_url": None,
    "watermark": None,
}
MOCK_LINE: Any = {
    "department": "积石山县自然资源局",
    "matter": "建设用地规划许可证核发",
    "mock_on": "2026-11-13",
    "mock_by": "马建国",
    "formal_on": "2027-02-01",
    "formal_by": "马建国",
    "note": "",
}
MOCK_SHEET: Any = PROJECT | {
    "number": "模拟审批〔2026〕1号",
    "verify_url": None,
    "watermark": None,
    "lines": [
        MOCK_LINE,
        MOCK_LINE | {"mock_on": None, "mock_by": "", "formal_on": None, "formal_by": "", "note": "转入正式办理"},
    ],
}
MOCK_RESULT: Any = PROJECT | {
    "number": "积自然资规〔2026〕12号",
    "department": "积石山县自然资源局",
    "matter_name": "建设用地规划许可证核发",
    "outcome": "granted",
    "accepted_on": "2026-11-11",
    "contents": ["用地面积26000平方米，容积率不大于1.0。"],
    "reasons": [],
    "basis": ["《积石山县企业投资项目信用承诺制改革实施方案》附件4二（三）、二（五）、四（二）"],
    "no_force": "本文件为模拟审批文件，不具有法律效力；未办理正式审批文件前，工程不得开工建设。",
    "valid_until": "2027-11-15",
    "keeper": "积石山县政务服务大厅",
    "contact": {"name": "马建国", "phone": "0930-0000000", "address": None},
    "decided_on": "2026-11-13",
    "verify_url": None,
    "watermark": "模拟",
}

SAMPLES: Any = {
    "mock_application": MOCK_FORM,
    "mock_commitment": MOCK_COMMITMENT,
    "mock_notice": MOCK_NOTICE,
    "mock_circulation": MOCK_SHEET,
    "mock_result": MOCK_RESULT,
    "filing_certificate": CERTIFICATE,
    "site_poster": POSTER,
    "commitment_letter": LETTER,
    "acceptance_notice": ACCEPTANCE,
    "supplement_notice": SUPPLEMENT,
    "decision": REFUSAL,
    "non_acceptance": NON_ACCEPTANCE,
    "receipt": RECEIPT,
    "withdrawal_notice": WITHDRAWAL,
    "promise_ruling": RULING,
    "guidance_summary": GUIDANCE,
    "completion_opinion": COMPLETION,
    "regional_result": REGIONAL,
    "delivery_record": DELIVERY,
    "window_receipt": WINDOW,
    "handout_record": HANDOUT,
    "map_print": MAP,
    "deficient_application": GAP_FORM,
    "deficient_notice": GAP_NOTICE,
    "coordination_minutes": MINUTES,
    "land_list": LAND,
    "hall_bulletin": BULLETIN,
    "reform_report": REFORM,
    "agency_agreement": AGREEMENT,
    "agency_end": AGENCY_END,
}
