"""One realistic set of data per template; the names are invented."""

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
LONG_NAME: Any = "积石山保安族东乡族撒拉族自治县大河家镇黄河沿岸农产品精深加工冷链物流及配套基础设施建设（一期、二期）综合示范园区项目工程"
DEPARTMENT: Any = "积石山县自然资源局"
CONTACT: Any = {"name": "马晓燕", "phone": "0930-7721000", "address": "积石山县政务服务中心二楼综合窗口"}
POSTER: Any = dict(
    PROJECT,
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
        {"category": "缺少材料", "subject": "国有建设用地使用权出让合同", "reason": "未提交", "request": "提交合同复印件1份，加盖公章"},
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

SAMPLES: Any = {
    "filing_certificate": CERTIFICATE,
    "site_poster": POSTER,
    "commitment_letter": LETTER,
    "acceptance_notice": ACCEPTANCE,
    "supplement_notice": SUPPLEMENT,
    "decision": REFUSAL,
    "receipt": RECEIPT,
}
