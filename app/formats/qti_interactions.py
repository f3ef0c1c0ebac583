"""Makes a question of a QTI interaction: one reader for each that has a like here."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from app.domain.catalogue.values import Gap, Kind
from app.formats.qti_body import Body
from app.formats.qti_responses import Response
from app.formats.question_draft import Option, only_full, read_choice
from app.formats.question_exchange import ESSAY_CRITERION, NotCarried, points_of, read_number, write_number
from app.formats.question_values import Answer
from app.formats.question_wording import split_heading
from app.formats.source_text import GAP_CLOSE, GAP_OPEN
from app.formats.xml_tree import Xml
from app.foundation.i18n import N_

Reader: TypeAlias = Callable[[Body, Xml], None]

INLINE = frozenset({"textEntryInteraction", "inlineChoiceInteraction"})
_BLANK = "_____"
_PLACE = f"{GAP_OPEN}%d{GAP_CLOSE}"
_ENDINGS = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/zip": "zip",
    "image/png": "png",
    "image/jpeg": "jpg",
    "text/plain": "txt",
}
_TWO = 2


def _finish(
    body: Body, interaction: Xml, kind: Kind, answer: Answer, options: list[Xml] | None = None
) -> None:
    """Put a question into the ledger whose interaction stands apart from its text: what it asks is the heading."""
    body.instead[interaction.tag] = lambda _: ""
    text, prompt = body.text(), body.prompt(interaction)
    explanation = body.explanation(options or [])
    if not prompt:
        body.draft.finish(kind, answer, text, explanation)
        return
    heading, rest = split_heading(prompt, body.draft.name)
    body.draft.finish_with(kind, answer, heading, "\n\n".join(filter(None, (text, rest))), explanation)


def _choices(interaction: Xml) -> list[Xml]:
    return interaction.every("simpleChoice")


def _note_shuffle(body: Body, interaction: Xml, options: list[Xml]) -> None:
    if interaction.given.get("shuffle") == "false":
        body.draft.flags.add("pinned")
    elif any(each.given.get("fixed") == "true" for each in options):
        body.draft.changed(
            N_("Some options kept their place while others were shuffled: here all are shuffled.")
        )


def _choice(body: Body, interaction: Xml) -> None:
    options, response = _choices(interaction), body.response(interaction)
    _note_shuffle(body, interaction, options)
    if not response.is_single and not response.is_mapped:
        body.draft.flags.add("all-or-nothing")
    most = interaction.given.get("maxChoices", "0")
    if not response.is_single and most.isdecimal() and 0 < int(most[:6]) < len(options):
        body.draft.changed(
            N_("At most %(count)s options could be chosen: here as many as one likes."), count=most
        )
    read = [
        Option(body.line(each), response.weight(each.given.get("identifier", "")), body.feedback(each))
        for each in options
    ]
    _finish(body, interaction, *read_choice(body.draft, read, is_single=response.is_single), options)


def _order(body: Body, interaction: Xml) -> None:
    options = {each.given.get("identifier", ""): each for each in _choices(interaction)}
    right = body.response(interaction).correct
    if set(right) != set(options) or len(right) != len(options):
        raise NotCarried(N_("Its right order does not name every item once."))
    if body.response(interaction).is_mapped:
        body.draft.changed(N_("Its marks counted otherwise: here the whole order is right or wrong."))
    answer = Answer(options=tuple(body.draft.piece(body.line(options[name])) for name in right))
    _finish(body, interaction, Kind.ORDER, answer, list(options.values()))


def _pairs(response: Response) -> list[tuple[str, str]]:
    pairs = [tuple(value.split()) for value in response.right()]
    if not pairs or any(len(pair) != _TWO for pair in pairs):
        raise NotCarried(N_("Its right pairs cannot be read."))
    return [(pair[0], pair[1]) for pair in pairs]


def _match(body: Body, interaction: Xml) -> None:
    sets = [each.all("simpleAssociableChoice") for each in interaction.all("simpleMatchSet")]
    if len(sets) != _TWO:
        raise NotCarried(N_("It has no two columns to match."))
    names = [[each.given.get("identifier", "") for each in column] for column in sets]
    pairs = _pairs(body.response(interaction))
    if sorted(left for left, _ in pairs) != sorted(names[0]):
        if sorted(right for _, right in pairs) != sorted(names[1]):
            raise NotCarried(
                N_("Its pairs are not one to one: here each item on the left has one on the right.")
            )
        sets, names, pairs = sets[::-1], names[::-1], [(right, left) for left, right in pairs]
        body.draft.changed(N_("Its columns changed sides: here each item on the left has one on the right."))
    partner = dict(pairs)
    if not set(partner.values()) <= set(names[1]):
        raise NotCarried(N_("Its right pairs cannot be read."))
    if interaction.given.get("shuffle") == "false":
        body.draft.flags.add("pinned")
    if not body.response(interaction).is_mapped:
        body.draft.changed(N_("All pairs or none counted: here each pair counts."))
    answer = Answer(
        options=tuple(body.draft.piece(body.line(each)) for each in sets[0]),
        choices=tuple(body.draft.piece(body.line(each)) for each in sets[1]),
        pairs=tuple(names[1].index(partner[name]) for name in names[0]),
    )
    _finish(body, interaction, Kind.MATCH, answer, [*sets[0], *sets[1]])


def _task(body: Body, interaction: Xml) -> None:
    if interaction.tag == "uploadInteraction":
        kind = interaction.given.get("type", "").partition(";")[0].strip()
        body.draft.upload = (_ENDINGS[kind],) if kind in _ENDINGS else ("pdf", "zip")
        if kind not in _ENDINGS:
            body.draft.changed(
                N_("Its kind of file is not named here: files ending in pdf and zip are taken.")
            )
    body.draft.changed(N_("An essay became a task with one criterion: write what is looked at."))
    points = points_of(body.draft.points)
    answer = Answer(options=(body.draft.piece(ESSAY_CRITERION),), criteria=(points,))
    _finish(body, interaction, Kind.TASK, answer)


def _gap_match(body: Body, interaction: Xml) -> None:
    if interaction.every("gapImg"):
        raise NotCarried(N_("Pictures to drag have no like here."))
    words = {each.given.get("identifier", ""): body.words(each) for each in interaction.all("gapText")}
    partner = {gap: word for word, gap in _pairs(body.response(interaction))}
    gaps = [each.given.get("identifier", "") for each in interaction.every("gap")]
    if not gaps or not set(gaps) <= set(partner) or not set(partner.values()) <= set(words):
        raise NotCarried(N_("Not every gap has a right word."))
    choices = tuple(dict.fromkeys(words.values()))
    numbers = iter(range(len(gaps)))
    body.instead |= {
        "gapMatchInteraction": lambda element: element.html(body.within),
        "gapText": lambda _: "",
        "gap": lambda _: _PLACE % next(numbers),
    }
    body.draft.changed(N_("Words to drag became lists to choose from."))
    right = tuple((words[partner[gap]],) for gap in gaps)
    _finish_cloze(body, Answer(gaps=(Gap(choices),) * len(gaps), gap_answers=right), body.prompt(interaction))


def read_inline(body: Body, gaps: list[Xml]) -> None:
    """Read the gaps of a text: one to be typed at its end is a short answer or a number, others a cloze."""
    if len(gaps) == 1 and gaps[0].tag == "textEntryInteraction":
        response = body.response(gaps[0])
        body.instead["textEntryInteraction"] = lambda _: _PLACE % 0
        is_last = body.text().rstrip(" .\n").endswith(_PLACE % 0)
        if response.base in {"integer", "float"} or is_last:
            body.instead["textEntryInteraction"] = lambda _: "" if is_last else _BLANK
            _typed(body, response)
            return
    numbers = iter(range(len(gaps)))
    read = [_inline_gap(body, each) for each in gaps]
    exact = [body.response(each).is_exact for each in gaps if each.tag == "textEntryInteraction"]
    if exact and all(exact):
        body.draft.flags.add("exact")
    body.instead |= dict.fromkeys(INLINE, lambda _: _PLACE % next(numbers))
    _finish_cloze(
        body, Answer(gaps=tuple(gap for gap, _ in read), gap_answers=tuple(right for _, right in read))
    )


def _typed(body: Body, response: Response) -> None:
    accepted = _accepted(body, response)
    explanation = body.explanation([])
    if response.base in {"integer", "float"}:
        ranges = tuple(_range(each, response.tolerance) for each in accepted)
        body.draft.finish(Kind.NUMBER, Answer(ranges=ranges), body.text(), explanation)
        return
    if response.is_exact:
        body.draft.flags.add("exact")
    body.draft.finish(Kind.SHORT, Answer(accepted=accepted), body.text(), explanation)


def _accepted(body: Body, response: Response) -> tuple[str, ...]:
    if not response.is_mapped:
        words = [Option(" ".join(each.split()), Decimal(100)) for each in response.correct]
    else:
        words = [Option(" ".join(key.split()), response.weight(key)) for key in response.values]
        best = {option.text for option in words if option.weight == Decimal(100)}
        words += [
            Option(each, Decimal(100)) for each in response.correct if response.is_single and each not in best
        ]
    return tuple(dict.fromkeys(option.text for option in only_full(body.draft, words) if option.text))


def _range(text: str, tolerance: Decimal) -> tuple[Decimal, Decimal]:
    value = read_number(text)
    if value is None:
        raise NotCarried(N_("“%(text)s” is no number."), text=text)
    return value - tolerance, value + tolerance


def _inline_gap(body: Body, interaction: Xml) -> tuple[Gap, tuple[str, ...]]:
    response = body.response(interaction)
    if interaction.tag == "textEntryInteraction":
        words = _accepted(body, response)
        if response.base == "float":
            numbers = [write_number(value) for each in words if (value := read_number(each)) is not None]
            words = tuple(dict.fromkeys([*words, *numbers, *(each.replace(".", ",") for each in numbers)]))
        return Gap(), words
    options = {
        each.given.get("identifier", ""): body.words(each) for each in interaction.every("inlineChoice")
    }
    right = [options[name] for name in options if response.weight(name) == Decimal(100)]
    if not right:
        raise NotCarried(N_("No option is right."))
    if len(right) > 1:
        raise NotCarried(N_("A gap has several right options: here a list to choose from has one."))
    return Gap(tuple(options.values())), (right[0],)


def _finish_cloze(body: Body, answer: Answer, prompt: str = "") -> None:
    text = body.text()
    heading, rest = split_heading(prompt or text, body.draft.name)
    if prompt:
        text = "\n\n".join(filter(None, (rest, text)))
    elif GAP_OPEN in heading or not rest:
        heading = split_heading("", body.draft.name)[0]
    else:
        text = rest
    whole = Answer(text=body.draft.piece(text), gaps=answer.gaps, gap_answers=answer.gap_answers)
    body.draft.finish_with(Kind.CLOZE, whole, heading, "", body.explanation([]))


READERS: Mapping[str, Reader] = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "gapMatchInteraction": _gap_match,
    "extendedTextInteraction": _task,
    "uploadInteraction": _task,
}
"""Readers of the interactions that stand apart from the text."""
