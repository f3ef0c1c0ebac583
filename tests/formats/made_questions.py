"""Questions that hypothesis makes: every kind, with texts that mean something to Markdown, GIFT and XML."""

from decimal import Decimal

from hypothesis import strategies as st

from app.domain.catalogue.values import Gap, Kind
from app.formats.html_markdown import escape_text
from app.formats.question_exchange import question_of
from app.formats.question_markdown import write_question
from app.formats.question_text import read_bank
from app.formats.question_values import Answer, Attributes, Piece
from app.formats.report import Report
from app.formats.source_text import GAP_CLOSE, GAP_OPEN

SIGNS = "|[]{}#~=:\\`*_<>&!?-+.()1 aěчђ%'\"@/$^;,"
_ODD = r"""[[
]]
a|b
a | b
`a|b`
\`a
##
## x
#x
#
C#
-
- x
- [x] y
1. z
> q
= r
{#id}
{
}
\
\n
->
####
%50%
[html]x
[plain]
::
//
// x
$CATEGORY: a
TRUE
*
...
2..3
~~~
```
!!! note
??? x
---
===
<!--
]]>
<![CDATA[
&#60;
&amp;
<b>x</b>
<script>
_a_
a_b
: x
*[X]: y
[x]: y
A. x
ANSWER: A
https://x.cz/a_b?c=d&e
ČŠ
Ђорђе
їжак"""
ODD = tuple(_ODD.split("\n"))
"""Words that mean something to one of the formats."""

plain = (
    st
    .one_of(
        st.sampled_from(ODD),
        st.text(alphabet=SIGNS, min_size=1, max_size=25),
        st.tuples(st.sampled_from(ODD), st.sampled_from(ODD)).map(" ".join),
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
"""A line of words as people write them, none of it meant as Markdown."""
line = plain.map(escape_text)
lines = st.lists(plain, min_size=1, max_size=3).map(lambda texts: "\n\n".join(map(escape_text, texts)))
flags = st.sets(st.sampled_from(("practice", "retired"))).map(frozenset)
number = st.decimals(-(10**6), 10**6, places=3)


def pieces(texts):
    return tuple(Piece(text, 1) for text in texts)


@st.composite
def choices(draw, kind):
    """Draw options with the right ones and their feedback."""
    options = draw(st.lists(line, min_size=2, max_size=5, unique=True))
    count = 1 if kind is Kind.SINGLE else draw(st.integers(2, len(options)))
    right = tuple(sorted(draw(st.permutations(range(len(options))))[:count]))
    feedback = tuple(draw(st.none() | line.map(lambda text: Piece(text, 1))) for _ in options)
    return Answer(options=pieces(options), right=right, feedback=feedback)


@st.composite
def pairs_of(draw):
    """Draw a table of pairs with distractors."""
    lefts = draw(st.lists(line, min_size=2, max_size=4, unique=True))
    rights = draw(st.lists(line, min_size=2, max_size=4, unique=True))
    pairs = draw(st.lists(st.integers(0, len(rights) - 1), min_size=len(lefts), max_size=len(lefts)))
    return Answer(options=pieces(lefts), choices=pieces(rights), pairs=tuple(pairs))


@st.composite
def rubrics(draw):
    """Draw criteria with their points."""
    options = draw(st.lists(line, min_size=1, max_size=3))
    return Answer(options=pieces(options), criteria=tuple(draw(st.integers(1, 9)) for _ in options))


@st.composite
def clozes(draw):
    """Draw a text with gaps that are typed or chosen."""
    gaps, accepted, text = [], [], draw(line)
    for place in range(draw(st.integers(1, 3))):
        words = draw(st.lists(plain, min_size=2, max_size=3, unique=True))
        is_typed = draw(st.booleans())
        gaps.append(Gap() if is_typed else Gap(tuple(words)))
        accepted.append(tuple(words) if is_typed else (words[0],))
        text += f" {GAP_OPEN}{place}{GAP_CLOSE} {draw(line)}"
    return Answer(text=Piece(text, 1), gaps=tuple(gaps), gap_answers=tuple(accepted))


def ranges_of(pairs):
    return Answer(ranges=tuple((Decimal(min(pair)), Decimal(max(pair))) for pair in pairs))


ANSWERS = {
    Kind.SINGLE: choices(Kind.SINGLE),
    Kind.MULTIPLE: choices(Kind.MULTIPLE),
    Kind.SHORT: st.lists(plain, min_size=1, max_size=3, unique=True).map(
        lambda words: Answer(accepted=tuple(words))
    ),
    Kind.NUMBER: st.lists(st.tuples(number, number), min_size=1, max_size=3).map(ranges_of),
    Kind.MATCH: pairs_of(),
    Kind.ORDER: st.lists(line, min_size=2, max_size=5, unique=True).map(
        lambda items: Answer(options=pieces(items))
    ),
    Kind.TASK: rubrics(),
    Kind.CLOZE: clozes(),
}


@st.composite
def questions(draw, key="q"):
    """Draw a question whose texts are people's words made harmless."""
    kind = draw(st.sampled_from(list(Kind)))
    answer = draw(ANSWERS[kind])
    points = sum(answer.criteria) if kind is Kind.TASK else draw(st.none() | st.integers(1, 9))
    is_named = kind not in {Kind.SINGLE, Kind.MULTIPLE} or draw(st.booleans())
    own = Attributes(
        key=key,
        line=1,
        kind=kind if is_named else None,
        flags=draw(flags),
        points=points,
        area=draw(st.none() | st.sampled_from(("basics", "a-1"))),
        unit="working days" if kind is Kind.NUMBER and draw(st.booleans()) else None,
    )
    stem = "" if kind is Kind.CLOZE else draw(st.just("") | lines)
    return question_of(own, kind, draw(line), stem, answer, draw(st.just("") | lines))


def readable(question):
    """Return the question as a question file holds it, or None where the grammar cannot hold it."""
    report = Report("")
    bank = read_bank(write_question(question).encode(), report, {})
    if any(finding.is_error for finding in report.findings) or len(bank.questions) != 1 or bank.definitions:
        return None
    return bank.questions[0]
