"""Which pages axe has looked at: two of one shape have the same faults, whatever their words and numbers.

How well a text stands out is asked once for each look, whichever page it is on: its colours and those of all it stands
in, its size, its states. Half of what axe does is to compare colours. A shape is a page's elements with all that a rule
of axe asks for: attributes, states, whether there is a text and whether a name is there twice, where a reference leads,
what scrolls. Like neighbours, as the rows of a list, count once. What is new to one process is new to none of the run.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.chromium import AXE_RULES, BUILD

SHAPE = """() => {
    const REFERENCES = ['for', 'headers', 'form', 'list', 'aria-labelledby', 'aria-describedby', 'aria-controls',
        'aria-owns', 'aria-activedescendant', 'aria-details', 'aria-errormessage', 'aria-flowto'];
    // Read by people only: of these it counts whether there is anything,
    // and whether the same stands on another element of the kind.
    const WORDS = ['alt', 'title', 'placeholder', 'aria-label', 'aria-description', 'aria-valuetext', 'label',
        'summary', 'content'];
    // Say nothing of how a page looks or is read out, only where it leads and what it sends.
    const DATA = ['value', 'action', 'formaction', 'src', 'srcset', 'datetime', 'cite', 'nonce', 'd', 'points',
        'viewBox', 'transform', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'rx', 'ry', 'width', 'height',
        'minlength', 'maxlength', 'min', 'max', 'pattern'];
    const times = new Map()
    const count = key => times.set(key, (times.get(key) || 0) + 1)
    const named = element => (element.getAttribute('aria-labelledby') || '').split(/\\s+/)
        .map(id => id && document.getElementById(id)?.textContent.trim()).join(' ')
    const all = [...document.querySelectorAll('*')]
    for (const element of all) {
        if (element.id) count('#' + element.id)
        for (const name of WORDS) if (element.getAttribute(name))
            count(element.localName + name + element.getAttribute(name))
        if (element.hasAttribute('aria-labelledby')) count(element.localName + 'named' + named(element))
    }
    const often = key => times.get(key) > 1 ? '2' : '1'
    const leads = id => id === '' ? '' : often('#' + id) + (document.getElementById(id)?.localName || 'nowhere')
    const attribute = (element, name, value) => {
        if (name === 'id') return often('#' + value)
        if (REFERENCES.includes(name)) return value.split(/\\s+/).map(leads).join(' ')
        if (name === 'href') return value.startsWith('#')
            ? '#' + leads(decodeURIComponent(value.slice(1))) : value && 't'
        if (name === 'content' && element.getAttribute('name') === 'viewport') return value
        if (WORDS.includes(name)) return value.trim() && often(element.localName + name + value)
        if (DATA.includes(name) || name === 'name' || name.startsWith('data-')) return value.trim() && 't'
        return value
    }
    const states = element => [':disabled', ':checked', ':invalid', ':target', ':focus']
        .filter(state => element.matches(state)).join('')
    const scrolls = element => {
        const [right, down] = [element.scrollWidth > element.clientWidth, element.scrollHeight > element.clientHeight]
        if (!right && !down) return ''
        const style = getComputedStyle(element)
        return (right && /auto|scroll/.test(style.overflowX) ? ' right' : '')
            + (down && /auto|scroll/.test(style.overflowY) ? ' down' : '')
    }
    const shape = element => {
        const attributes = [...element.attributes]
            .map(({name, value}) => `${name}=${attribute(element, name, value)}`).sort().join(' ')
        const labelled = element.hasAttribute('aria-labelledby')
            ? often(element.localName + 'named' + named(element)) : ''
        let told = `<${element.localName} ${attributes} ${labelled}${states(element)}${scrolls(element)}>`, before = ''
        if (['script', 'style'].includes(element.localName)) return told
        for (const child of element.childNodes) {
            const here = child.nodeType === 1 ? shape(child) : child.nodeType === 3 && child.data.trim() ? 't' : ''
            if (here && here !== before) told += before = here
        }
        return told + '</>'
    }
    const media = ['(prefers-contrast: more)', '(forced-colors: active)', 'print']
        .filter(query => matchMedia(query).matches)
    return media.join() + shape(document.documentElement)
}"""

LOOKS = """() => {
    const known = new Map(), looks = new Map()
    const look = element => {
        if (!element) return ''
        if (!known.has(element)) {
            const style = getComputedStyle(element)
            const off = element.matches(':disabled, [aria-disabled=true], [inert]') || element.control?.disabled
                ? 'off' : ''
            const here = [style.color, style.backgroundColor, style.backgroundImage, style.opacity, style.fontSize,
                style.fontWeight, style.position, style.textShadow, style.filter, style.mixBlendMode, style.clipPath,
                off].join()
            const above = look(element.parentElement)
            known.set(element, above.endsWith('>' + here) ? above : above + '>' + here)
        }
        return known.get(element)
    }
    for (const element of document.body.querySelectorAll('*')) {
        const control = /^(input|select|textarea|button)$/.test(element.localName)
        if (!control && ![...element.childNodes].some(child => child.nodeType === 3 && child.data.trim())) continue
        if (!element.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue
        const told = look(element) + (control ? element.localName : '')
        looks.has(told) ? looks.get(told).push(element) : looks.set(told, [element])
    }
    window.looksOfThisPage = [...looks.values()]
    return [...looks.keys()]
}"""
# Marks what is to be compared, and tells beside the faults what could not be judged here: it is asked again where it is
# met next.
MARKED = """async ([rules, fresh]) => {
    const looks = window.looksOfThisPage
    for (const number of fresh) for (const element of looks[number]) element.dataset.newLook = number
    axe.configure({rules: [{id: 'color-contrast', selector: '[data-new-look]'}]})
    const found = await axe.run({...rules, resultTypes: ['violations', 'incomplete'], elementRef: true})
    const told = found.violations
        .flatMap(fault => fault.nodes.map(node => `${fault.id}: ${fault.help} – ${node.html.slice(0, 200)}`))
    const unsure = found.incomplete.filter(fault => fault.id === 'color-contrast')
        .flatMap(fault => fault.nodes.map(node => Number(node.element?.dataset.newLook)))
    for (const elements of looks) for (const element of elements) delete element.dataset.newLook
    return [told, unsure]
}"""


def shape(page: Page) -> str:
    told: str = page.evaluate(SHAPE)
    return told


def faults(page: Page) -> list[str]:
    """What axe finds, if no page of this shape was looked at in this run in a window of this size;
    from now on one was.
    """
    size: Any = page.viewport_size
    if not unknown([f"{size['width']}x{size['height']} {shape(page)}"]):
        return []
    looks: list[str] = page.evaluate(LOOKS)
    fresh = unknown(looks, keep=False)
    page.evaluate(AXE_SCRIPT)
    told, unsure = page.evaluate(MARKED, [AXE_RULES, fresh])
    unknown([looks[number] for number in fresh if number not in unsure])
    return [str(fault) for fault in told]


def unknown(told: list[str], *, keep: bool = True) -> list[int]:
    """The numbers of those that are new to this run; with `keep` no longer so to whoever asks next."""
    digests = [hashlib.sha256(one.encode()).hexdigest() for one in told]
    with _of_this_run().open("a+", encoding="ascii") as known:
        fcntl.flock(known, fcntl.LOCK_EX)
        known.seek(0)
        before = set(known.read().split())
        fresh = [number for number, digest in enumerate(digests) if digest not in before]
        if keep:
            known.writelines(f"{digests[number]}\n" for number in fresh)
    return fresh


@cache
def _of_this_run() -> Path:
    """A file for all processes of this run; those of yesterday go."""
    folder = BUILD / "shapes"
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - file.stat().st_mtime > 24 * 60 * 60:
                file.unlink()
    return folder / os.environ.get("PYTEST_XDIST_TESTRUNUID", f"alone-{os.getpid()}")
