"""Projects on their way: each shows one thing that can happen to one, so that every inbox has something to do."""

from __future__ import annotations

from yinuo.engine.base import Actor
from yinuo.engine.people import actions as people
from yinuo.engine.work.actions import open_of, remind
from yinuo.rooms.commitments import actions as commitments
from yinuo.rooms.onemap import actions as onemap
from yinuo.rooms.onemap.room import MapWork
from yinuo.rooms.projects import actions as projects
from yinuo.rooms.projects.models import Question
from yinuo.stories.demo.play import Play
from yinuo.stories.demo.projects import FORMS, form
from yinuo.stories.demo.world import Scene, World


def opened(play: Play, key: str, filed: int, guided: int | None = None) -> Scene:
    """Filed, reviewed the next working day and, if `guided`, answered by every department."""
    ago = play.world.ago
    at = yield ago(filed, "09:12")
    play.file(form(at.date(), **FORMS[key]), at)
    at = yield ago(filed - 1, "10:30")
    play.review(at)
    if guided is not None:
        at = yield ago(guided, "15:00")
        play.advise(at)


def flagship(world: World) -> Scene:
    """绿源二期：一项承诺公示中，一项黄灯，一项暂停专家评审，有问有答。"""
    play = Play(world, "fertiliser")
    yield world.ago(23)
    world.add(opened(play, "fertiliser_two", 22, 20))
    yield world.ago(20, "16:00")
    world.add(play.regular("land_pre_review", 19, 18, 14))
    world.add(play.regular("land_use_planning_permit", 13, 13, 11))
    at = yield world.ago(12, "09:30")
    play.hand_in("soil_conservation_plan", at)
    at = yield world.ago(11, "10:40")
    play.accept("soil_conservation_plan", at)
    at = yield world.ago(10, "17:30")
    play.hand_in("engineering_planning_permit", at)
    at = yield world.ago(9, "10:00")
    play.accept("engineering_planning_permit", at)
    at = yield world.ago(8, "14:40")
    projects.ask_question(
        actor=play.company,
        project_id=play.id,
        text="环评报告表走承诺制，还需要委托有资质的单位编制报告表吗？什么时候提交？",
        at=at,
    )
    at = yield world.ago(8, "16:00")
    convener = world.cast.holder("general_convener")
    question = Question.objects.filter(project_id=play.id).latest("id").pk
    projects.pass_question(actor=convener, question_id=question, department_key="ecology", at=at)
    at = yield world.ago(7, "09:20")
    answer = "需要。承诺公示期满即可决定，报告表应在开工前编制完成并存档，竣工时对照承诺逐项核验。"
    projects.answer_question(actor=world.cast.approver_of("ecology"), question_id=question, answer=answer, at=at)
    at = yield world.ago(7, "09:40")
    text = "环评报告表走承诺制，还要编制报告表吗？什么时候提交？"
    projects.publish_answer(
        actor=world.cast.approver_of("ecology"), question_id=question, text=text, answer=answer, at=at
    )
    # 供水单位五个工作日没有答复：自收件之日起视为受理。
    at = yield world.ago(7, "10:20")
    play.hand_in("water_connection", at)
    at = yield world.ago(3, "11:00")
    play.pause("soil_conservation_plan", "expert_review", "弃渣场方案需要专家评审，已抽取 3 名专家。", at)
    at = yield world.ago(2, "10:10")
    play.promise("eia_table", at)
    at = yield world.ago(0, "15:20")
    text = "供电报装可以和施工许可同时申请吗？"
    projects.ask_question(actor=play.company, project_id=play.id, text=text, at=at)


def objected(world: World) -> Scene:
    """保安接待中心：规划许可承诺公示期间收到异议，县自然资源局待答复。"""
    play = Play(world, "knives")
    yield world.ago(31)
    world.add(opened(play, "reception", 30, 28))
    yield world.ago(28, "16:00")
    world.add(play.regular("land_pre_review", 27, 26, 24))
    world.add(play.regular("cultural_relics_permit", 23, 22, 18))
    world.add(play.regular("eia_register", 23, 23, 23))
    world.add(play.regular("land_use_planning_permit", 17, 16, 12))
    yield world.ago(11)
    world.add(play.on_promise("design_scheme_review", 11, 5))
    at = yield world.ago(4, "10:00")
    commitment = play.promise("engineering_planning_permit", at)
    at = yield world.ago(1, "20:15")
    commitments.raise_objection(
        actor=Actor.public(),
        commitment_id=commitment.pk,
        text="接待中心停车场出口正对村道弯道，高峰时会堵住村民出行，希望重新考虑出口位置。",
        name="康吊村村民",
        contact="10000001111",
        at=at,
    )


def overdue(world: World) -> Scene:
    """宏达物流园：用地规划许可超期红灯，已启动协调；监管发现一个问题。"""
    play = Play(world, "materials")
    yield world.ago(19)
    world.add(opened(play, "logistics", 18, 16))
    yield world.ago(16, "16:00")
    world.add(play.regular("land_pre_review", 15, 14, 11))
    at = yield world.ago(10, "09:45")
    play.hand_in("land_use_planning_permit", at)
    at = yield world.ago(9, "10:05")
    play.accept("land_use_planning_permit", at)
    at = yield world.ago(5, "09:00")
    work = open_of(play.item("land_use_planning_permit"), MapWork.LIMIT)
    assert work is not None
    remind(actor=world.cast.holder("supervisor"), item=work, note="临近期限，请抓紧办理。", at=at)
    at = yield world.ago(2, "09:10")
    item = play.item("land_use_planning_permit")
    onemap.open_escalation(
        actor=world.cast.holder("general_convener"),
        item_id=item.pk,
        urged=[item.handler_id or 0],
        agreed="与县自然资源局会商：用地权属核对今日完成，两个工作日内出具许可。",
        agreed_until=world.now.date(),
        at=at,
    )
    at = yield world.ago(1, "16:20")
    text = "办理中要求企业另行提交一次性告知以外的材料。"
    onemap.report_problem(actor=world.cast.holder("supervisor"), item_id=item.pk, text=text, at=at)


def sent_back(world: World) -> Scene:
    """宏达墙材：环评报告表不予许可，水土保持补正，规划许可退回修改，用电报装待受理。"""
    play = Play(world, "materials")
    yield world.ago(26)
    world.add(opened(play, "walling", 25, 23))
    yield world.ago(22, "08:40")
    world.add(play.regular("land_pre_review", 22, 21, 17))
    world.add(play.regular("land_use_planning_permit", 16, 15, 12))
    at = yield world.ago(16, "11:00")
    play.hand_in("eia_table", at)
    at = yield world.ago(15, "11:00")
    play.accept("eia_table", at)
    at = yield world.ago(11, "17:00")
    text = "项目距深坪村居民点最近 80 米，不满足卫生防护距离要求，报告表的污染防治措施不能保证达标。"
    play.refuse("eia_table", "conditions_not_met", text, at)
    at = yield world.ago(10, "10:00")
    play.deliver("eia_table", at, "直接送达，法定代表人签收")
    at = yield world.ago(9, "10:30")
    play.hand_in("engineering_planning_permit", at)
    at = yield world.ago(8, "15:00")
    play.accept("engineering_planning_permit", at)
    at = yield world.ago(4, "11:20")
    points = [
        ("contradiction", "总平面图", "建筑面积与备案信息不一致，请核对后修改"),
        ("wrong_format", "日照分析", "请按 GB 50180 的格式重新出具"),
    ]
    play.send_back("engineering_planning_permit", "incorrect", points, "图纸与备案信息不一致，需要修改。", at)
    at = yield world.ago(3, "09:30")
    play.hand_in("soil_conservation_plan", at)
    at = yield world.ago(2, "16:40")
    points = [
        ("signature_missing", "水土保持方案报告书", "责任页缺编制单位盖章和日期"),
        ("material_missing", "土地权属证明", "请补交"),
    ]
    play.send_back("soil_conservation_plan", "incomplete", points, "材料不齐全，尚未受理。", at)
    at = yield world.ago(1, "10:00")
    play.hand_in("power_connection", at)


def decidable(world: World) -> Scene:
    """新阳农光互补：两项承诺已决定，一项公示期满待决定，水保方案在办。"""
    play = Play(world, "solar")
    yield world.ago(31)
    world.add(opened(play, "solar_field", 30, 28))
    yield world.ago(28, "16:00")
    world.add(play.on_promise("eia_table", 26, 20))
    world.add(play.on_promise("design_scheme_review", 19, 13))
    at = yield world.ago(6, "14:45")
    play.hand_in("soil_conservation_plan", at)
    at = yield world.ago(5, "09:30")
    play.promise("engineering_planning_permit", at)
    at = yield world.ago(4, "09:50")
    play.accept("soil_conservation_plan", at)


def in_guidance(world: World) -> Scene:
    """云岭冷链：部门正在前期辅导，县自然资源局已答复。"""
    play = Play(world, "cold")
    at = yield world.ago(1, "17:20")
    play.file(form(at.date(), **FORMS["cold_chain"]), at)
    at = yield world.ago(0, "09:40")
    play.review(at)
    at = yield world.ago(0, "16:30")
    note = "地块已纳入国土空间规划建设用地，请按乡镇规划控制高度。"
    play.advise(at, ["natural_resources"], {"land_use_planning_permit": note})


def ready(world: World) -> Scene:
    """保安民宿：一张图刚刚生成，一项承诺公示中，一项待受理，还有可以马上申报的。"""
    play = Play(world, "knives")
    yield world.ago(6)
    world.add(opened(play, "homestays", 5, 3))
    yield world.ago(3, "16:00")
    world.add(play.regular("eia_register", 2, 2, 2))
    at = yield world.ago(1, "09:50")
    play.promise("design_scheme_review", at)
    at = yield world.ago(0, "10:30")
    play.hand_in("soil_conservation_plan", at)


def just_filed(world: World) -> Scene:
    """保安传习工坊：四十分钟前秒批，待复核。"""
    play = Play(world, "knives")
    at = yield world.minutes_ago(40)
    play.file(form(at.date(), **FORMS["workshop"]), at)


def held(world: World) -> Scene:
    """河源石料：D 级企业，转人工办理。"""
    play = Play(world, "stone")
    at = yield world.ago(0, "17:10")
    play.file(form(at.date(), **FORMS["quarry"]), at)


def refused(world: World) -> Scene:
    """鑫旺硅铁：D- 级、列入两高，人工办理后不予备案。"""
    play = Play(world, "alloy")
    at = yield world.ago(33, "11:10")
    facts = form(at.date(), **FORMS["furnace"])
    facts["declarations"]["two_high_or_overcapacity"] = True
    play.file(facts, at)
    at = yield world.ago(32, "15:30")
    why = "项目属于“两高”行业技术改造，未落实能耗等量替代，且企业信用等级为 D-，不符合备案条件。"
    projects.decide_by_hand(
        actor=world.cast.approver_of("development_reform"), project_id=play.id, approve=False, why=why, at=at
    )


def withdrawn(world: World) -> Scene:
    """宏达搅拌站：复核发现不在允许建设的地块，撤回备案。"""
    play = Play(world, "materials")
    at = yield world.ago(45, "10:20")
    play.file(form(at.date(), **FORMS["mixing"]), at)
    at = yield world.ago(44, "11:40")
    problem = "填报的地块在基本农田保护范围内，与备案声明不符，请另行选址后重新备案。"
    projects.withdraw_filing(
        actor=world.cast.approver_of("development_reform"), project_id=play.id, problem=problem, at=at
    )
    # 同一企业的违法行为：变更未告知，扣 2 分，整改后申请修复。
    at = yield world.ago(42, "09:30")
    basis = "现场核查：企业改变建设地点后未按规定告知备案机关。"
    play.propose_act("development_reform", "false_filing", basis, "现场核查笔录", at)
    at = yield world.ago(41, "16:00")
    play.consent(at)
    at = yield world.ago(40, "10:00")
    event = play.execute(at)
    at = yield world.ago(4, "14:50")
    play.ask_repair(event, "已撤销原选址并完成场地恢复，重新选址的方案已告知备案机关。", at)


def to_execute(world: World) -> Scene:
    """宏达物流园未按规定报送信息，扣 1 分：已审签，待总召集人执行。"""
    at = yield world.ago(2, "15:10")
    play = Play.known(world, "materials", "logistics")
    basis = "备案后未按规定报送项目建设进度信息，经书面提醒仍未报送。"
    play.propose_act("development_reform", "unreported", basis, "书面提醒及回执", at)
    at = yield world.ago(0, "11:30")
    play.consent(at, "同意，执行后告知企业可以申请修复。")


def on_leave(world: World) -> Scene:
    """杨国栋出差，由赵永红代办。"""
    at = yield world.ago(0, "17:30")
    away, substitute = world.cast.person("yangguodong"), world.cast.person("zhaoyonghong")
    people.delegate(
        actor=world.cast.approver_of("natural_resources", away.pk),
        person=away,
        substitute=substitute,
        from_on=world.now.date(),
        to_on=world.days_later(5),
        reason="赴州参加国土空间规划培训",
        at=at,
    )


SCENES = (
    flagship, objected, overdue, sent_back, decidable, in_guidance, ready, just_filed, held, refused, withdrawn,
    to_execute,
    on_leave,
)  # fmt: skip
