"""Who plays in the demonstration: the county's people by role and department, and the units with their authorised
persons.

Every name is invented; the units' credit codes carry right check characters and belong to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from yinuo.engine.base import Actor
from yinuo.engine.catalogue import queries as catalogue
from yinuo.engine.catalogue.models import MatterHandler
from yinuo.engine.people.models import AuthorisedPerson, Department, Hall, Membership, Person, ProjectUnit
from yinuo.engine.people.queries import actor_of_binding, actor_of_membership
from yinuo.engine.rules import pack

PASSWORD = "yinuo-demo-2026"  # noqa: S105 - printed on the home page; opens a demonstration and nothing else


# Who has registered online, and waits for the hall to compare the papers.
NEWCOMER, NEWCOMER_NAME = "hanxiaohe", "韩小河"


class Login(NamedTuple):
    """One line of the demonstration's list of logins."""

    label: str
    username: str
    password: str


class Hat(NamedTuple):
    role: str
    department: str
    stage: str = ""


class Worker(NamedTuple):
    """One of the county's people; `matters` = the only ones they handle, empty = all of their department nobody else
    handles.
    """

    username: str
    name: str
    title: str
    hats: tuple[Hat, ...]
    matters: tuple[str, ...] = ()
    listed: bool = True


class Company(NamedTuple):
    """A project unit; `score` None = unrated or no enterprise. The first of `persons` may sign promises."""

    key: str
    credit_code: str
    name: str
    type: str
    legal_representative: str
    address: str
    persons: tuple[tuple[str, str], ...]
    score: str | None
    note: str
    state_owned: bool = False


def approver(username: str, name: str, department: str, *matters: str, listed: bool = False) -> Worker:
    return Worker(username, name, "审批", (Hat("approver", department),), matters, listed)


WORKERS = (
    Worker("admin", "王海", "系统管理员", (Hat("administrator", "government_services"),)),
    Worker("mashulan", "马淑兰", "代办员", (Hat("agent", "government_services"),)),
    Worker("hanyucheng", "韩玉成", "代办员（乡镇）", (Hat("agent", "government_services"),)),
    Worker("mahongmei", "马红梅", "综合窗口", (Hat("window", "government_services"),)),
    Worker("mawenhui", "马文辉", "总召集人", (Hat("general_convener", "government_services"),)),
    Worker("majun", "马俊", "监督员", (Hat("supervisor", "government_services"),)),
    Worker("mazhenghai", "马正海", "主要负责同志", (Hat("principal", "development_reform"),)),
    Worker("maxiaolan", "马晓兰", "综合管理", (Hat("comprehensive", "development_reform"),)),
    Worker("maxiuying", "马秀英", "立项阶段召集人", (Hat("stage_convener", "development_reform", "initiation"),)),
    Worker("hezhigang", "何志刚", "竣工验收阶段召集人", (Hat("stage_convener", "housing", "completion"),), (), False),
    Worker("machenglin", "马成林", "综合管理", (Hat("comprehensive", "housing"),), (), False),
    Worker("fanzhiming", "樊志明", "主要负责同志", (Hat("principal", "natural_resources"),), (), False),
    Worker("dongxuefeng", "董学锋", "主要负责同志", (Hat("principal", "housing"),), (), False),
    Worker("mayulan", "马玉兰", "园区管委会", (Hat("zone", "zone-chuimatan"),)),
    approver("macheng", "马成", "development_reform", listed=True),
    approver("shixiaohong", "石晓红", "development_reform", "energy_review", "renewable_project_record"),
    approver(
        "yangguodong", "杨国栋", "natural_resources",
        "land_use_planning_permit", "land_supply", "land_pre_review", "design_scheme_review", listed=True,
    ),
    Worker(
        "zhaoyonghong", "赵永红", "审批、阶段召集人",
        (Hat("approver", "natural_resources"), Hat("stage_convener", "natural_resources", "land_planning")),
    ),
    approver("wangjianping", "王建平", "housing", listed=True),
    Worker(
        "hanmei", "韩梅", "审批、阶段召集人",
        (Hat("approver", "housing"), Hat("stage_convener", "housing", "construction_permit")),
        ("civil_defence_basement", "archive_acceptance", "municipal_facility_works", "drainage_permit"), False,
    ),
    approver("qizhiqiang", "祁志强", "ecology", listed=True),
    approver("chenyumei", "陈玉梅", "soil_conservation", listed=True),
    approver("mayulong", "马玉龙", "culture_tourism", listed=True),
    approver("tuojianlin", "妥建林", "water"),
    approver("yewenjun", "冶文军", "forestry"),
    approver("heyulan", "何玉兰", "market_regulation"),
    approver("zhanghaifeng", "张海峰", "emergency"),
    approver("zhanggenxi", "张根喜", "earthquake"),
    approver("zhouxiaoyan", "周晓燕", "meteorology"),
    approver("yanhuifang", "闫惠芳", "health"),
    approver("liubin", "刘斌", "transport"),
    approver("liuzhiyuan", "刘志远", "drawing_review", listed=True),
    Worker("yangzhenbang", "杨振邦", "市政公用服务单位", (Hat("utility", "power_supply"),)),
    approver("baoguangming", "鲍光明", "power_supply"),
    approver("kongxiangyu", "孔祥玉", "water_supply"),
    approver("maguocai", "马国才", "heat_supply"),
    approver("liyan", "李燕", "gas_supply"),
    approver("wanghongwei", "王宏伟", "telecom"),
    Worker("yangjunping", "杨俊平", "执法检查", (Hat("approver", "housing"),), (), False),
    Worker("mahaiyan", "马海燕", "执法检查", (Hat("approver", "housing"),), (), False),
    Worker("hejianguo", "何建国", "执法检查", (Hat("approver", "housing"),), (), False),
)  # fmt: skip

# A line that nobody can have: none begins with 0.
LINE = "0930-0000"

# Offices that are no department of the pack: a zone's committee.
BODIES = {"zone-chuimatan": ("吹麻滩工业园区管理委员会", "吹麻滩园区管委会")}

COMPANIES = (
    Company(
        "solar", "91622927MA7XY4K2XM", "积石山新阳能源有限公司", "enterprise", "韩志新", "积石山县吹麻滩镇北大街 26 号",
        (("hanzhixin", "韩志新"), ("mayan", "马艳")), "92", "A",
    ),
    Company(
        "fertiliser", "91622927MA73G8L56L", "积石山绿源有机肥有限公司", "enterprise", "马晓云",
        "积石山县吹麻滩镇唐集工业集中区 3 号", (("maxiaoyun", "马晓云"), ("zhangli", "张丽")), "79", "A-",
    ),
    Company(
        "knives", "91622927MA74B1D68D", "甘肃保安腰刀文旅有限公司", "enterprise", "马自祥",
        "积石山县大河家镇大墩村 118 号", (("mazixiang", "马自祥"),), "77", "B",
    ),
    Company(
        "city", "91622927710375624K", "积石山县城市建设投资有限公司", "enterprise", "唐国华",
        "积石山县吹麻滩镇临津路 9 号", (("tangguohua", "唐国华"), ("wangfang", "王芳")), "73", "B-，国有", True,
    ),
    Company(
        "materials", "91622927MA71H3N913", "积石山宏达建材有限公司", "enterprise", "何宏达",
        "积石山县居集镇红崖村 2 社", (("hehongda", "何宏达"),), "68", "C+",
    ),
    Company(
        "stone", "91622927MA72T0Q48H", "积石山河源石料有限公司", "enterprise", "冶生林", "积石山县关家川乡何家村",
        (("yeshenglin", "冶生林"),), "50", "D",
    ),
    Company(
        "alloy", "91622927MA70X5R80Q", "积石山鑫旺硅铁有限公司", "enterprise", "陈鑫", "积石山县癿藏镇工业点",
        (("chenxin", "陈鑫"),), "36", "D-",
    ),
    Company(
        "cold", "91622927MA7YL6P35N", "积石山云岭冷链物流有限公司", "enterprise", "马云岭", "积石山县吹麻滩镇前庄村",
        (("mayunling", "马云岭"),), None, "未评级",
    ),
    Company(
        "bureau", "11622927013904156X", "积石山县住房和城乡建设局", "agency", "董学锋", "积石山县吹麻滩镇西大街 1 号",
        (("lishenghua", "李生华"),), None, "机关",
    ),
)  # fmt: skip


NEWCOMER_LOGIN = Login(f"{NEWCOMER_NAME}，刚注册，等大厅核对", NEWCOMER, PASSWORD)


def logins_of(workers: Sequence[Worker], companies: Sequence[Company]) -> list[Login]:
    """Who may be tried, in the order of the house: staff by role, then the units."""
    staff = [
        Login(f"{_office_name(worker)}　{worker.name}，{worker.title}", worker.username, PASSWORD)
        for worker in workers
        if worker.listed
    ]
    units = [Login(f"{company.name}，{company.note}", company.persons[0][0], PASSWORD) for company in companies]
    return [*staff, *units]


def _office_name(worker: Worker) -> str:
    key = worker.hats[0].department
    return BODIES[key][1] if key in BODIES else pack().departments[key].short_name


@dataclass
class Cast:
    """The people as rows, and the actors they make."""

    hall: Hall
    memberships: list[Membership]
    bindings: dict[str, list[AuthorisedPerson]]

    def approver_of(self, department: str, person_id: int | None = None) -> Actor:
        """The person in the department, or its first approver."""
        for membership in self.memberships:
            if (
                membership.role == "approver"
                and membership.department.key == department
                and person_id in (None, membership.person_id)
            ):
                return actor_of_membership(membership)
        raise LookupError(f"no approver in {department}")

    def holder(self, role: str, department: str = "", stage: str = "") -> Actor:
        for membership in self.memberships:
            if (
                membership.role == role
                and department in ("", membership.department.key)
                and stage in ("", membership.stage)
            ):
                return actor_of_membership(membership)
        raise LookupError(f"no {role} in {department}")

    def unit(self, key: str) -> ProjectUnit:
        return self.bindings[key][0].unit

    def company(self, key: str) -> Actor:
        """The unit's first person, who may sign."""
        return actor_of_binding(self.bindings[key][0])

    def person(self, username: str) -> Person:
        return next(row.person for row in self.memberships if row.person.username == username)


def assemble(
    hall: Hall,
    began: datetime,
    workers: Sequence[Worker] = WORKERS,
    companies: Sequence[Company] = COMPANIES,
    bodies: Mapping[str, tuple[str, str]] = BODIES,
) -> Cast:
    """Makes every person, role, unit and binding as of `began`:
    the one part of the demonstration that no action makes.
    """
    # Telephone numbers nobody can have: no mobile begins with 100.
    hashed = make_password(PASSWORD)  # one costly hash for all: they share the password anyway
    usernames = [(worker.username, worker.name) for worker in workers]
    usernames += [person for company in companies for person in company.persons]
    persons = {
        row.username: row
        for row in Person.objects.bulk_create(
            Person(
                username=username,
                name=name,
                password=hashed,
                phone=f"1000000{number:04d}",
                is_staff=admin,
                is_superuser=admin,
            )
            for number, (username, name) in enumerate(usernames, start=1)
            for admin in [username == "admin"]
        )
    }
    Department.objects.bulk_create(
        Department(hall=hall, key=key, name=name, short_name=short) for key, (name, short) in bodies.items()
    )
    offices = {row.key: row for row in Department.objects.filter(hall=hall)}
    memberships = Membership.objects.bulk_create(
        Membership(
            person=persons[worker.username],
            department=offices[hat.department],
            role=hat.role,
            stage=hat.stage,
            from_on=began.date(),
        )
        for worker in workers
        for hat in worker.hats
    )
    for number, office in enumerate(offices.values(), start=1):
        office.phone = f"{LINE}{number:03d}"
    Department.objects.bulk_update(offices.values(), ["phone"])
    hall.phone, hall.address = f"{LINE}100", f"{hall.region.name}政务大道 1 号"
    hall.save(update_fields=["phone", "address"])
    _give_matters(hall, offices, persons, began.date(), workers)
    bindings = {company.key: _bind(company, persons, began) for company in companies}
    catalogue.forget()
    return Cast(hall, memberships, bindings)


def _give_matters(
    hall: Hall, offices: dict[str, Department], persons: dict[str, Person], day: date, workers: Sequence[Worker]
) -> None:
    """Each matter of a department with approvers to the one named for it,
    the others to the department's general one.
    """
    approvers = [worker for worker in workers if worker.hats[0].role == "approver"]
    named = {matter: worker for worker in approvers for matter in worker.matters}
    general = {worker.hats[0].department: worker for worker in reversed(approvers) if not worker.matters}
    rows = []
    for matter in pack().matters.values():
        worker = named.get(matter.id) or general.get(matter.department)
        if worker is not None:
            office = offices[matter.department]
            rows.append(
                MatterHandler(
                    hall_id=hall.pk,
                    matter_id=matter.id,
                    department=office,
                    person=persons[worker.username],
                    from_on=day,
                )
            )
    MatterHandler.objects.bulk_create(rows)


def _bind(company: Company, persons: dict[str, Person], began: datetime) -> list[AuthorisedPerson]:
    unit = ProjectUnit.objects.create(
        credit_code=company.credit_code,
        name=company.name,
        type=company.type,
        state_owned=company.state_owned,
        legal_representative=company.legal_representative,
        address=company.address,
    )
    return AuthorisedPerson.objects.bulk_create(
        AuthorisedPerson(
            person=persons[username],
            unit=unit,
            basis="法定代表人" if name == company.legal_representative else "法定代表人授权委托书",
            from_on=began.date(),
            confirmed_at=began,
            may_sign=number == 0,
        )
        for number, (username, name) in enumerate(company.persons)
    )
