"""Which pages axe has looked at: two of one shape have the same faults, whatever their words and numbers.

A shape is a page's elements with all that a rule of axe asks for: attributes, states, whether there is a text and whether a name is there twice,
where a reference leads, what scrolls. Like neighbours, as the rows of a list, count once. What is new to one process is new to none of the run.
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

from playwright.sync_api import Page

from tests.browser.chromium import BUILD

SHAPE = """() => {
    const REFERENCES = ['for', 'headers', 'form', 'list', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'aria-owns',
        'aria-activedescendant', 'aria-details', 'aria-errormessage', 'aria-flowto'];
    // Read by people only: of these it counts whether there is anything, and whether the same stands on another element of the kind.
    const WORDS = ['alt', 'title', 'placeholder', 'aria-label', 'aria-description', 'aria-valuetext', 'label', 'summary', 'content'];
    // Say nothing of how a page looks or is read out, only where it leads and what it sends.
    const DATA = ['value', 'action', 'formaction', 'src', 'srcset', 'datetime', 'cite', 'nonce', 'd', 'points', 'viewBox', 'transform',
        'x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'rx', 'ry', 'width', 'height', 'minlength', 'maxlength', 'min', 'max', 'pattern'];
    const times = new Map()
    const count = key => times.set(key, (times.get(key) || 0) + 1)
    const named = element => (element.getAttribute('aria-labelledby') || '').split(/\\s+/)
        .map(id => id && document.getElementById(id)?.textContent.trim()).join(' ')
    const all = [...document.querySelectorAll('*')]
    for (const element of all) {
        if (element.id) count('#' + element.id)
        for (const name of WORDS) if (element.getAttribute(name)) count(element.localName + name + element.getAttribute(name))
        if (element.hasAttribute('aria-labelledby')) count(element.localName + 'named' + named(element))
    }
    const often = key => times.get(key) > 1 ? '2' : '1'
    const leads = id => id === '' ? '' : often('#' + id) + (document.getElementById(id)?.localName || 'nowhere')
    const attribute = (element, name, value) => {
        if (name === 'id') return often('#' + value)
        if (REFERENCES.includes(name)) return value.split(/\\s+/).map(leads).join(' ')
        if (name === 'href') return value.startsWith('#') ? '#' + leads(decodeURIComponent(value.slice(1))) : value && 't'
        if (name === 'content' && element.getAttribute('name') === 'viewport') return value
        if (WORDS.includes(name)) return value.trim() && often(element.localName + name + value)
        if (DATA.includes(name) || name === 'name' || name.startsWith('data-')) return value.trim() && 't'
        return value
    }
    const states = element => [':disabled', ':checked', ':invalid', ':target', ':focus'].filter(state => element.matches(state)).join('')
    const scrolls = element => {
        const [right, down] = [element.scrollWidth > element.clientWidth, element.scrollHeight > element.clientHeight]
        if (!right && !down) return ''
        const style = getComputedStyle(element)
        return (right && /auto|scroll/.test(style.overflowX) ? ' right' : '') + (down && /auto|scroll/.test(style.overflowY) ? ' down' : '')
    }
    const shape = element => {
        const attributes = [...element.attributes].map(({name, value}) => `${name}=${attribute(element, name, value)}`).sort().join(' ')
        const labelled = element.hasAttribute('aria-labelledby') ? often(element.localName + 'named' + named(element)) : ''
        let told = `<${element.localName} ${attributes} ${labelled}${states(element)}${scrolls(element)}>`, before = ''
        if (['script', 'style'].includes(element.localName)) return told
        for (const child of element.childNodes) {
            const here = child.nodeType === 1 ? shape(child) : child.nodeType === 3 && child.data.trim() ? 't' : ''
            if (here && here !== before) told += before = here
        }
        return told + '</>'
    }
    return shape(document.documentElement)
}"""


def shape(page: Page) -> str:
    told: str = page.evaluate(SHAPE)
    return told


def new(page: Page) -> bool:
    """Whether no page of this shape was looked at in this run, in a window of this size; from now on one was."""
    size: Any = page.viewport_size
    digest = hashlib.sha256(f"{size['width']}x{size['height']} {shape(page)}".encode()).hexdigest()
    with _of_this_run().open("a+", encoding="ascii") as known:
        fcntl.flock(known, fcntl.LOCK_EX)
        known.seek(0)
        if digest in known.read().split():
            return False
        known.write(f"{digest}\n")
    return True


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
