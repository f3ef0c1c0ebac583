"""Questions of all kinds with all options, with Markdown, pictures and odd words, as a question file holds them."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from app.domain.catalogue.values import Gap, Kind
from app.formats.question_exchange import Exchange, Ledger, attributes_of, bare, of_kind, question_of
from app.formats.question_markdown import settled
from app.formats.question_values import FLAGS, Answer, Piece, QuestionSource
from app.formats.source_text import GAP_CLOSE, GAP_OPEN
from tests.formats.made_questions import line, plain

inline = st.one_of(
    line,
    st.sampled_from(["**tučně**", "H<sub>2</sub>O", "`kód = 1`", "[zákon](https://example.org/a)", "a<br>b"]),
    st.just("![Mapa](../media/mapa.png)"),
)
blocks = st.lists(
    st.one_of(
        inline, st.sampled_from(["- jedna\n- dvě", "```\n## kód\n```", "| a | b |\n| --- | --- |\n| 1 | 2 |"])
    ),
    max_size=3,
).map("\n\n".join)
number = st.decimals(min_value=-(10**6), max_value=10**6, places=3, allow_nan=False, allow_infinity=False)
several = st.lists(inline, min_size=2, max_size=5, unique=True)


def _pieces(texts: list[str]) -> tuple[Piece, ...]:
    return tuple(Piece(text, 1) for text in texts)


@st.composite
def _choice(draw: st.DrawFn, kind: Kind) -> Answer:
    options = draw(several)
    most = 1 if kind is Kind.SINGLE else len(options)
    right = draw(st.sets(st.integers(0, len(options) - 1), min_size=1, max_size=most))
    remarks = draw(st.lists(st.none() | inline, min_size=len(options), max_size=len(options)))
    feedback = tuple(None if text is None else Piece(text, 1) for text in remarks)
    return Answer(options=_pieces(options), right=tuple(sorted(right)), feedback=feedback)


@st.composite
def _match(draw: st.DrawFn) -> Answer:
    lefts, choices = draw(several), draw(several)
    pairs = draw(st.lists(st.integers(0, len(choices) - 1), min_size=len(lefts), max_size=len(lefts)))
    return Answer(options=_pieces(lefts), choices=_pieces(choices), pairs=tuple(pairs))


@st.composite
def _cloze(draw: st.DrawFn) -> Answer:
    gaps, answers, text = [], [], "Začátek"
    for place in range(draw(st.integers(1, 3))):
        accepted = draw(st.lists(plain, min_size=1, max_size=3, unique=True))
        is_chosen = draw(st.booleans()) and len(accepted) > 1
        gaps.append(Gap(tuple(accepted) if is_chosen else None))
        answers.append((accepted[0],) if is_chosen else tuple(accepted))
        text += f" {GAP_OPEN}{place}{GAP_CLOSE} {draw(inline)}"
    return Answer(text=Piece(text, 1), gaps=tuple(gaps), gap_answers=tuple(answers))


_short = st.lists(plain, min_size=1, max_size=3, unique=True).map(lambda texts: Answer(accepted=tuple(texts)))
_number = st.lists(st.tuples(number, number), min_size=1, max_size=2).map(
    lambda pairs: Answer(ranges=tuple((min(pair), max(pair)) for pair in pairs))
)
_order = several.map(lambda texts: Answer(options=_pieces(texts)))
_task = st.lists(
    st.tuples(inline, st.integers(1, 9)), min_size=1, max_size=3, unique_by=lambda each: each[0]
).map(
    lambda each: Answer(
        options=_pieces([text for text, _ in each]), criteria=tuple(points for _, points in each)
    )
)
_ANSWERS = {
    Kind.SINGLE: _choice(Kind.SINGLE),
    Kind.MULTIPLE: _choice(Kind.MULTIPLE),
    Kind.SHORT: _short,
    Kind.NUMBER: _number,
    Kind.MATCH: _match(),
    Kind.ORDER: _order,
    Kind.CLOZE: _cloze(),
    Kind.TASK: _task,
}


@st.composite
def _question(draw: st.DrawFn, place: int) -> QuestionSource:
    kind = draw(st.sampled_from(Kind))
    answer = draw(_ANSWERS[kind])
    flags = frozenset(flag for flag, kinds in FLAGS.items() if kind in kinds and draw(st.integers(0, 3)) == 0)
    points = sum(answer.criteria) if kind is Kind.TASK else draw(st.integers(1, 12))
    own = replace(
        attributes_of(f"q-{place}", 1, ()),
        flags=flags,
        points=points if points > 1 else None,
        area=draw(st.sampled_from([None, "formats", "terms-of-use"])),
        unit=draw(st.sampled_from([None, "m", "pracovní dny", "°C"])),
        upload=draw(st.sampled_from([(), ("pdf",), ("csv", "zip")])),
        max_words=draw(st.sampled_from([None, 300])),
    )
    own = of_kind(own, kind)
    heading = draw(line)
    stem = "" if kind is Kind.CLOZE else draw(blocks)
    return question_of(own, kind, heading, stem, answer, draw(blocks))


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    """Return questions that a question file holds, exactly as it holds them."""
    ledger = Ledger()
    for place in range(draw(st.integers(1, 3))):
        ledger.take(draw(_question(place)))
    return settled(ledger)


def same(question: QuestionSource) -> QuestionSource:
    """Return a question without its lines, and without saying by a class or a number what is so anyway."""
    found = bare(question)
    points = found.attributes.points or 1
    ranges = tuple((Decimal(low), Decimal(high)) for low, high in found.answer.ranges)
    return replace(
        found,
        attributes=replace(found.attributes, kind=found.kind, points=points),
        answer=replace(found.answer, ranges=ranges),
    )
