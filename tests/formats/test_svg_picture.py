"""An SVG keeps what draws and loses what acts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.formats.svg_picture import sanitise

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"'


def served(inside, attributes=""):
    drawing = sanitise(f"{HEAD} {attributes}>{inside}</svg>".encode())
    return drawing.data.decode()


def test_what_draws_is_kept():
    inside = (
        "<title>A</title><defs><linearGradient id='g'><stop offset='0' stop-color='#fff'/></linearGradient></defs>"
        "<style>text { font: 12px sans-serif; fill: url(#g) }</style>"
        "<g transform='scale(2)'><path d='M0 0' style='fill:url(#g)'/><use href='#g'/><use xlink:href='#g'/></g>"
        "<text x='1'>Čtení <tspan>ћ</tspan> tail</text>"
    )
    drawing = sanitise(f"{HEAD}>{inside}</svg>".encode())
    assert drawing.removed == ()
    text = drawing.data.decode()
    for part in (
        "linearGradient",
        "font: 12px",
        'style="fill:url(#g)"',
        'href="#g"',
        "Čtení",
        "ћ",
        " tail",
        "viewBox",
    ):
        assert part in text


HOSTILE = [
    "<script>alert(1)</script>",
    "<script xlink:href='https://example.org/x.js'/>",
    "<g onclick='alert(1)'/>",
    "<g ONLOAD='alert(1)'/>",
    "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml' onload='alert(1)'/></foreignObject>",
    "<iframe xmlns='http://www.w3.org/1999/xhtml' src='javascript:alert(1)'/>",
    "<a href='javascript:alert(1)'><text>x</text></a>",
    "<a xlink:href='javascript:alert(1)'><text>x</text></a>",
    "<use href='data:image/svg+xml;base64,AAAA#x'/>",
    "<use xlink:href='https://example.org/x.svg#a'/>",
    "<image href='https://example.org/x.png'/>",
    "<image xlink:href='javascript:alert(1)'/>",
    "<feImage href='https://example.org/x.png'/>",
    "<animate attributeName='href' values='javascript:alert(1)'/>",
    "<set attributeName='onclick' to='alert(1)'/>",
    "<animateTransform onbegin='alert(1)'/>",
    "<handler xmlns='http://www.w3.org/2001/xml-events'>alert(1)</handler>",
    "<style>@import url(https://example.org/x.css);</style>",
    "<style>rect { fill: url(https://example.org/x.svg#a) }</style>",
    "<style>rect { behavior: url(#x) } </style><style>@\\69mport 'https://example.org'</style>",
    "<rect style='fill:url(https://example.org/x)'/>",
    "<rect fill='url( https://example.org/x )'/>",
    "<rect style='background:url(javascript:alert(1))'/>",
    "<rect filter='url(//example.org/x#a)'/>",
    "<rect xml:base='https://example.org/'/>",
    "<audio xmlns='http://www.w3.org/1999/xhtml' src='https://example.org/x' onerror='alert(1)'/>",
    "<metadata><script>alert(1)</script></metadata>",
    "<switch><script>alert(1)</script></switch>",
    "<text><script>alert(1)</script>kept</text>",
    "<view onclick='alert(1)'/>",
]


@pytest.mark.parametrize("inside", HOSTILE)
def test_what_acts_is_removed_and_told(inside):
    drawing = sanitise(f"{HEAD}>{inside}</svg>".encode())
    text = drawing.data.decode().lower()
    for word in (
        "script",
        "alert",
        "example.org",
        "javascript",
        "onload",
        "onclick",
        "iframe",
        "import",
        "data:",
    ):
        assert word not in text.replace("http://www.w3.org", "")
    assert drawing.removed


def test_text_after_what_is_removed_stays():
    assert ">akeptb<" in served("<text>a<script>x</script>kept<a>y</a>b</text>").replace("\n", "")


def test_uses_cannot_multiply():
    inside = (
        "".join(f"<g id='a{n}'>" + f"<use href='#a{n + 1}'/>" * 10 + "</g>" for n in range(10))
        + "<use href='#a0'/>"
    )
    text = served(inside)
    assert text.count("<use") == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        b"<svg>",
        b"<svg/>",
        b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        b'<!DOCTYPE svg [<!ENTITY % a SYSTEM "https://example.org/x.dtd">%a;]><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<?xml version="1.0" encoding="no-such"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 200 + b"</g>" * 200 + b"</svg>",
        b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g/>" * 60_000 + b"</svg>",
        b"\x00" * 100,
    ],
)
def test_what_is_no_harmless_picture_is_refused(data):
    assert sanitise(data).data is None


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>/='\"&; svgscriptonload#url()xmlns:", max_size=80))
def test_whatever_stands_in_it_the_answer_is_a_picture_or_none(inside):
    drawing = sanitise(f"{HEAD}>{inside}</svg>".encode())
    assert drawing.data is None or b"<script" not in drawing.data
