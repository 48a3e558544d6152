"""What each template of this room needs: the keys of its data, as engine/documents/shapes.py describes them."""

from __future__ import annotations

from yinuo.engine.documents.shapes import ProjectLines


class RegionalResultData(ProjectLines):
    """区域评估评审结果公布：批准的部门署名，写明适用范围、条件、项目仍须做到和有效期。

    It speaks of no single project: `unit_name` is the zone's body it is addressed to, the other lines are empty.
    """

    number: str
    department: str
    zone: str
    place: str
    matter_name: str
    title: str
    institution: str
    institution_code: str
    qualification: str
    report_number: str
    report_on: str
    report_sha256: str
    scope: str
    conditions: list[str]
    obligations: list[str]
    from_on: str
    last_on: str
    basis: list[str]
    approved_on: str
    published_on: str
    verify_url: str | None
    watermark: str | None
