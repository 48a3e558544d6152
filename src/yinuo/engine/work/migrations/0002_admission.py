from django.db import migrations, models


class Migration(migrations.Migration):
    note = "不锁表：只是多了一种待办的名称。"

    dependencies = [
        ("work", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="workitem",
            name="kind",
            field=models.CharField(
                choices=[
                    ("review", "备案复核"),
                    ("manual_filing", "备案人工办理"),
                    ("guidance", "前期辅导"),
                    ("completion_guidance", "二次辅导"),
                    ("receipt", "收件审查"),
                    ("limit", "事项办理"),
                    ("delivery", "决定送达"),
                    ("objection", "公示异议处理"),
                    ("commitment_decision", "承诺事项决定"),
                    ("difficulty", "履约困难帮扶"),
                    ("commitment_review", "承诺复核"),
                    ("verification", "竣工核验"),
                    ("rectification", "整改"),
                    ("audit_check", "审计报告核对"),
                    ("ruling_consent", "处理决定审签"),
                    ("stopped", "停止建设整改"),
                    ("lift_request", "解除停止建设核查"),
                    ("credit_consent", "加减分审签"),
                    ("credit_execution", "加减分执行"),
                    ("repair", "分值修复"),
                    ("credit_objection", "加减分异议"),
                    ("credit_review", "信用复核"),
                    ("escalation", "红灯协调"),
                    ("question", "答复提问"),
                    ("mock_opinion", "模拟审批初审"),
                    ("mock_conversion", "模拟转正式"),
                    ("deficient_opinion", "容缺审核"),
                    ("deficient_gap", "容缺补交"),
                    ("regional_approval", "区域评估审查"),
                    ("regional_upkeep", "区域评估更新"),
                    ("land_input", "用地清单要素"),
                    ("agency_request", "代办受理"),
                    ("agency_service", "代办服务"),
                    ("coordination", "1+X 协调"),
                    ("complaint", "投诉办理"),
                    ("bad_review_assign", "差评转办"),
                    ("bad_review_rectify", "差评核实整改"),
                    ("bad_review_check", "差评答复审核"),
                    ("bad_review_call_back", "差评回访"),
                    ("warning_handle", "预警处置"),
                    ("warning_rectify", "预警改正"),
                    ("dispatch", "督查调度"),
                    ("inspection_draw", "双随机抽取"),
                    ("inspection", "双随机检查"),
                    ("inspection_rectify", "检查问题改正"),
                    ("inspection_revisit", "检查复查"),
                    ("inspection_publish", "检查结果公示"),
                    ("reform_report", "改革通报草拟"),
                    ("reform_consent", "改革通报审签"),
                    ("reform_self_report", "改革年度自评"),
                    ("admission", "入驻核对"),
                ],
                max_length=24,
            ),
        ),
    ]
