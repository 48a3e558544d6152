"""The form of the style guide: one field of each kind."""

from __future__ import annotations

from django import forms

from yinuo.ui.components.forms import CodeInput, DateInput, DecimalInput


class SampleForm(forms.Form):
    """A field of every kind the pages use."""

    name = forms.CharField(
        label="项目名称",
        help_text="写全称，与立项文件一致。",
        max_length=100,
        error_messages={"required": "写项目名称"},
    )
    credit_code = forms.CharField(
        label="统一社会信用代码",
        help_text="18 位，营业执照上有。",
        widget=CodeInput(),
        error_messages={"required": "写统一社会信用代码"},
    )
    total_investment = forms.DecimalField(
        label="总投资",
        help_text="含设备购置，保留两位小数。",
        widget=DecimalInput(unit="万元"),
        error_messages={"required": "写总投资", "invalid": "总投资要写成数字，例如 8600"},
    )
    starts_on = forms.DateField(label="计划开工", widget=DateInput(), required=False)
    town = forms.ChoiceField(
        label="建设地点",
        choices=[("", "选择乡镇"), ("1", "吹麻滩镇"), ("2", "大河家镇")],
        error_messages={"required": "选建设地点"},
    )
    content = forms.CharField(
        label="建设规模及内容", widget=forms.Textarea(attrs={"rows": 4}), required=False, help_text="写主要建筑和设备。"
    )
    policy = forms.ChoiceField(
        label="产业政策",
        help_text="不确定时先看《产业结构调整指导目录》。",
        choices=[("encouraged", "鼓励类"), ("allowed", "允许类"), ("restricted", "限制类")],
        widget=forms.RadioSelect(),
        error_messages={"required": "选产业政策"},
    )
    materials = forms.MultipleChoiceField(
        label="已有的材料",
        choices=[("land", "土地权属证明"), ("plan", "规划条件"), ("eia", "环评文件")],
        widget=forms.CheckboxSelectMultiple(),
        required=False,
    )
    attachment = forms.FileField(label="营业执照", help_text="PDF 或图片，不超过 20 MB。", required=False)
    pledge = forms.BooleanField(
        label="我单位承诺以上信息真实，符合产业政策，不涉及国家秘密。",
        error_messages={"required": "未作承诺的项目不能备案，请确认后勾选"},
    )
