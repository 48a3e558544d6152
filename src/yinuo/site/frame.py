"""What the frame of every page shows: navigation by role, who is signed in, and how many things wait."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from yinuo import __version__
from yinuo.engine.people.contact import contact
from yinuo.engine.rules import pack
from yinuo.rooms.figures.access import READERS as FIGURES
from yinuo.ui import navigation
from yinuo.ui.acting import CONVENING, Hat, hat_of, seconds_left
from yinuo.ui.components.shapes import Account, NavItem

PUBLIC = [
    ("自查", "public:check"),
    ("办事指南", "public:guides"),
    ("地块", "public:parcels"),
    ("承诺专区", "public:zone"),
    ("核验备案证", "public:verify"),
    ("规则", "public:rules"),
]
UNIT = [
    ("我的项目", "unit:projects"),
    ("承诺", "unit:promises"),
    ("材料库", "unit:library"),
    ("信用", "unit:credit"),
    ("办事指南", "public:guides"),
]
AGENT = [("代办项目", "unit:projects"), ("办事指南", "public:guides")]
STAFF = [
    ("待办", "staff:inbox"),
    ("项目", "staff:projects"),
    ("地块", "staff:parcels"),
    ("信用", "staff:credit"),
    ("规则", "public:rules"),
]
WINDOW = [("综合窗口", "staff:window")]
WINDOW_TOO = [("项目", "staff:projects"), ("规则", "public:rules")]
ZONE = [("待办", "staff:inbox"), ("园区", "staff:zones"), ("公布的结果", "public:regional"), ("规则", "public:rules")]
# Who draft and sign the reform's quarterly notices; others only read them.
REFORMING = ("comprehensive", "principal")
OF_PROJECTS = ("filing", "items", "rulings", "services", "warnings", "inspections", "land", "questions")
# Pages that lie elsewhere than the list they belong to.
WITHIN = {
    **dict.fromkeys(("/staff/assessments/", "/staff/regional/"), "staff:zones"),
    "/staff/units/": "staff:credit",
    **dict.fromkeys(
        ("/staff/scores/", "/staff/reviews/", "/staff/warnings/", "/staff/coordination/", "/staff/clues/"), "staff:hall"
    ),
    **dict.fromkeys(("/staff/shared/", "/staff/inspections/"), "staff:hall"),
    **dict.fromkeys((f"/{place}/" for place in OF_PROJECTS), "unit:projects"),
}
# The id under which settings name the province's platform.
OIDC = "province"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor. An error page may be rendered without a session; then the frame is the public's."""
    hat = hat_of(request) if hasattr(request, "user") and hasattr(request, "session") else None
    role = hat.actor.role if hat else "public"
    links = AGENT if hat and hat.actor.scope else UNIT if role == "unit" else PUBLIC if role == "public" else STAFF
    if role == "window":
        links = [*WINDOW, *((link.label, link.page) for link in navigation.links() if role in link.bar), *WINDOW_TOO]
    if role == "agent":
        links = [("代办", "staff:agency"), *links]
    if role == "zone":
        links = ZONE
    if role in CONVENING:
        links = [links[0], ("大厅", "staff:hall"), *links[1:]]
    if role in REFORMING:
        links = [*links, ("改革", "staff:reform")]
    if role in FIGURES:
        links = [*links, ("看板", "staff:dashboard")]
    account = _account(request, hat)
    # The frame stands around the page that says the rules are not in force yet.
    day = max(timezone.localdate(), pack().valid_from)
    county = pack().parameter("place.name", day).value
    return {
        "nav": _links(links, request.path),
        "account": account,
        "lasts": seconds_left(request) if account else 0,
        "hat": hat.key if hat else "",
        "stand_in": hat.stand_in if hat else None,
        "login_url": reverse("account_login"),
        "oidc": NavItem(settings.YINUO_OIDC_NAME, reverse("openid_connect_login", args=[OIDC]))
        if settings.YINUO_OIDC_URL
        else None,
        "county": county,
        "contact": contact(day),
        "service_name": f"{county}投资项目服务" + (" · 审批" if role not in ("unit", "public") else ""),
        "program_version": __version__,
        "phase": "demonstration" if settings.YINUO_DEMO else "",
    }


def _links(links: list[tuple[str, str]], path: str) -> list[NavItem]:
    made, home = [], next((name for place, name in WITHIN.items() if path.startswith(place)), "")
    for label, name in links:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        made.append(NavItem(label, url, current=name == home or path.startswith(url)))
    best = max((item.url for item in made if item.current), key=len, default="")
    return [NavItem(item.label, item.url, current=item.url == best) for item in made]


def _account(request: HttpRequest, hat: Hat | None) -> Account | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    hats = getattr(request, "_yinuo_hats", [])
    links = [NavItem("消息", reverse("common:messages"))]
    if hat:
        # Whoever stands in for a unit reads no messages there.
        links = [] if hat.stand_in and hat.actor.role == "unit" else links
        links += [NavItem(link.label, reverse(link.page)) for link in navigation.links() if link.menu(hat.actor)]
    links += [
        NavItem(f"切换：{other.label}", f"{reverse('common:act_as')}?hat={other.key}")
        for other in hats
        if hat and other.key != hat.key
    ]
    links.append(NavItem("我的账号", reverse("entrance:own")))
    return Account(user.name, hat.label if hat else "", links, reverse("account_logout"))
