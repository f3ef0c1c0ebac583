"""The grammar of question files: what each kind is read as, and what each mistake is told as."""

from decimal import Decimal

import pytest

from app.domain.catalogue.values import Gap, Kind
from app.formats.question_text import read_bank
from app.formats.report import Report
from tests.formats.sample_course import questions, read, sample_course, told

SINGLE = "## One? {#one}\n\n- [x] a\n- [ ] b\n"


def only(text):
    """Return the one question of a bank."""
    reading = read(questions(text))
    assert [finding for finding in reading.findings if finding.is_error] == []
    (question,) = reading.draft.questions
    return question


def errors(text):
    """Return the errors of a bank: (line, sentence)."""
    return [
        (line, words)
        for file, line, is_error, words in told(questions(text))
        if is_error and file == "en/questions.md"
    ]


def test_the_example_of_the_format_is_read():
    found = {question.key: question for question in read(sample_course()).draft.questions}
    assert [question.kind for question in found.values()] == [
        Kind.SINGLE,
        Kind.SINGLE,
        Kind.MULTIPLE,
        Kind.SHORT,
        Kind.NUMBER,
        Kind.MATCH,
        Kind.ORDER,
        Kind.CLOZE,
    ]
    assert found["scan"].is_practice
    assert found["separator"].keys["en"].right == (0,)
    assert found["separator"].keys["en"].feedback == (None, "Tabs make a TSV.")
    assert found["separator"].keys["en"].explanation == "<p>RFC 4180, section 2.</p>"
    assert found["readable"].points == 2
    assert found["readable"].keys["en"].right == (0, 2)
    assert found["rob"].keys["en"].accepted == ("ROB", "registr obyvatel")
    assert found["days"].keys["en"].ranges == ((Decimal(3), Decimal(3)),)
    assert found["days"].unit == "working days"
    assert found["days"].bodies["cs"].unit == "pracovní dny"
    assert found["match"].bodies["en"].options == ("ROB", "ROS")
    assert found["match"].bodies["en"].choices == ("inhabitants", "legal persons", "vehicles")
    assert found["match"].keys["en"].pairs == (0, 1)
    assert found["order"].bodies["en"].options == ("receipt", "registration", "disposal")
    assert found["fiction"].bodies["en"].fragments == ("<p>Delivered on the ", " day after it was ", ".</p>")
    assert found["fiction"].bodies["en"].gaps == (Gap(), Gap(("handed in", "opened")))
    assert found["fiction"].keys["en"].gaps == (("10th", "tenth"), ("handed in",))
    assert {question.area for question in found.values()} == {"basics"}


def test_the_body_holds_no_trace_of_what_is_right():
    for question in read(sample_course()).draft.questions:
        for body in question.bodies.values():
            assert "RFC 4180, section 2" not in repr(body)
            assert "Tabs make" not in repr(body)
            assert "[x]" not in repr(body)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (SINGLE, Kind.SINGLE),
        ("## Q {#q}\n- [X] a\n- [ ] b\n", Kind.SINGLE),
        ("## Q {#q .single}\n* [x] a\n* [ ] b\n", Kind.SINGLE),
        ("## Q {#q}\n\n- [x] a\n- [x] b\n- [ ] c\n", Kind.MULTIPLE),
        ("## Q {#q .multiple}\n\n- [x] a\n- [ ] b\n", Kind.MULTIPLE),
        ("##Q {: #q .short }\n\n= a\n", Kind.SHORT),
        ("## Q ## {#q .short} ##\n\n= a\n", Kind.SHORT),
        ("## Q {#q .order}\n\n1. a\n2. b\n", Kind.ORDER),
        ("## Q {#q .order}\n\n1) a\n1) b\n", Kind.ORDER),
    ],
)
def test_kinds_are_named_or_seen(text, kind):
    assert only(text).kind is kind


@pytest.mark.parametrize(
    ("line", "low", "high"),
    [
        ("= 3", "3", "3"),
        ("=3", "3", "3"),
        ("= -3.5", "-3.5", "-3.5"),
        ("= \u22123.5", "-3.5", "-3.5"),
        ("= 2.40 ± 0.05", "2.35", "2.45"),
        ("= 2.40 +- 0.05", "2.35", "2.45"),
        ("= 2.40±0.05", "2.35", "2.45"),
        ("= 2..5", "2", "5"),
        ("= -5 .. -2.5", "-5", "-2.5"),
        ("= 0.1 ± 0.2", "-0.1", "0.3"),
    ],
)
def test_numbers_are_read_exactly(line, low, high):
    assert only(f"## Q {{#q .number}}\n\n{line}\n").keys["en"].ranges == ((Decimal(low), Decimal(high)),)


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        (".practice", "is_practice"),
        (".retired", "is_retired"),
        (".pinned", "is_pinned"),
        (".multiple .all-or-nothing", "is_all_or_nothing"),
    ],
)
def test_options_of_a_question_are_read(flags, name):
    files = questions(f"{SINGLE}\n## Q {{#q {flags}}}\n\n- [x] a\n- [ ] b\n")
    found = {question.key: question for question in read(files).draft.questions}
    assert getattr(found["q"], name)
    assert not getattr(found["one"], name)


def test_exact_and_partial_are_read():
    assert only("## Q {#q .short .exact}\n\n= a\n").is_exact
    assert only("## Q {#q .cloze .exact}\n\n[[a]]\n").is_exact
    assert only("## Q {#q .order .partial}\n\n1. a\n2. b\n").is_partial


def test_stems_may_hold_lists_tables_quotes_code_and_sublevels():
    question = only(
        """\
## Q {#q}

A text.

- a plain list
- of two

1. and a numbered one

| a | b |
|---|---|
| 1 | 2 |

> A quotation in the question.

### A smaller heading

```text
## no heading
- [x] no option
> no explanation
```

- [x] right
- [ ] wrong

> The explanation.
>
> In two paragraphs.
"""
    )
    stem = question.bodies["en"].stem
    assert "<li>a plain list</li>" in stem
    assert "<table" in stem
    assert "A quotation" in stem
    assert "- [x] no option" in stem
    assert question.bodies["en"].options == ("right", "wrong")
    assert question.keys["en"].explanation == "<p>The explanation.</p>\n<p>In two paragraphs.</p>"


def test_the_answer_part_is_the_last_block_of_its_kind():
    order = only("## Q {#q .order}\n\n1. not\n2. this\n\nbut\n\n1. a\n2. b\n\n> so\n")
    assert order.bodies["en"].options == ("a", "b")
    assert "<li>not</li>" in order.bodies["en"].stem
    match = only(
        "## Q {#q .match}\n\n| a | b |\n|--|--|\n| x | y |\n\nand\n\n| c | d |\n|--|--|\n| 1 | 2 |\n| 3 | 4 |\n"
    )
    assert match.bodies["en"].options == ("1", "3")
    assert "<table" in match.bodies["en"].stem


def test_an_option_goes_on_over_indented_lines_and_may_begin_like_a_list():
    question = only("## Q {#q}\n\n- [x] 1. ledna\n  2024\n- [ ] # no heading\n- [ ] `- [x]` in **code**\n")
    assert question.bodies["en"].options == (
        "1. ledna\n2024",
        "# no heading",
        "<code>- [x]</code> in <strong>code</strong>",
    )


def test_feedback_may_have_several_lines():
    question = only("## Q {#q}\n\n- [x] a\n  > one\n  > two\n- [ ] b\n\t> three\n")
    assert question.keys["en"].feedback == ("one\ntwo", "three")


def test_cells_may_hold_escaped_lines_and_code():
    question = only("## Q {#q .match}\n\n| a | b |\n|---|---|\n| `x|y` | p \\| q |\n| r | s |\n")
    assert question.bodies["en"].options == ("<code>x|y</code>", "r")
    assert question.bodies["en"].choices == ("p | q", "s")


def test_rows_with_the_same_right_cell_share_a_choice():
    question = only("## Q {#q .match}\n\n| a | b |\n|---|---|\n| x | same |\n| y | same |\n| z | other |\n")
    assert question.bodies["en"].choices == ("same", "other")
    assert question.keys["en"].pairs == (0, 0, 1)


def test_gaps_may_be_escaped_and_code_is_left_alone():
    question = only("## Q {#q .cloze}\n\nWrite \\[[ and [[a\\|b|c]].\n\n```\n[[no gap]]\n```\n")
    assert question.keys["en"].gaps == (("a|b", "c"),)
    assert question.bodies["en"].fragments[0] == "<p>Write [[ and "
    assert "[[no gap]]" in question.bodies["en"].fragments[1]


def test_a_heading_is_plain_text():
    assert only("## Is `<b>` **bold**? {#q}\n\n- [x] a\n- [ ] b\n").bodies["en"].heading == "Is <b> bold?"


def test_definitions_hold_for_the_whole_file():
    question = only(
        "## Q {#q}\n\nThe ROB.\n\n- [x] ROB\n- [ ] [law]\n\n> ROB\n\n*[ROB]: register\n[law]: https://example.org/\n"
    )
    assert question.bodies["en"].options[0] == '<abbr title="register">ROB</abbr>'
    assert 'href="https://example.org/"' in question.bodies["en"].options[1]
    assert "<abbr" in question.keys["en"].explanation


def test_a_translation_of_a_task_need_not_repeat_its_points():
    given = sample_course()
    given["en/questions.md"] += b"\n## Publish {#t .task .retired points=5}\n\n- (3) valid\n- (2) found\n"
    given["cs/questions.md"] += "\n## Zveřejněte {#t .task}\n\n- (3) platné\n- (2) nalezené\n".encode()
    assert [each.message for each in read(given).findings if each.is_error] == []


def test_a_task_has_a_rubric():
    heading = "## Publish {#t .task .retired points=5 upload=csv,pdf max_words=300}"
    files = questions(f"{SINGLE}\n{heading}\n\nDo it.\n\n- (3) valid\n- (2) *found*\n")
    task = read(files).draft.questions[1]
    assert (task.kind, task.criteria, task.upload, task.max_words) == (Kind.TASK, (3, 2), ("csv", "pdf"), 300)
    assert task.bodies["en"].options == ("valid", "<em>found</em>")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("## Q\n\n- [x] a\n- [ ] b\n", 1, "no id"),
        ("## Q {.short}\n\n= a\n", 1, "no id"),
        ("## Q {#Q}\n\n- [x] a\n- [ ] b\n", 1, "“Q” is no id"),
        ("## Q {#1a}\n\n- [x] a\n- [ ] b\n", 1, "“1a” is no id"),
        ("## Q {#a_b}\n\n- [x] a\n- [ ] b\n", 1, "“a_b” is no id"),
        ("## Q {#a.b}\n\n- [x] a\n- [ ] b\n", 1, "“a.b” is no id"),
        ("## Q {#}\n\n- [x] a\n- [ ] b\n", 1, "is no id"),
        ("## Q {#a #b}\n\n- [x] a\n- [ ] b\n", 1, "is no id"),
        ("## {#q}\n\n- [x] a\n- [ ] b\n", 1, "no text"),
        (SINGLE + "\n## Again {#one}\n\n- [x] a\n- [ ] b\n", 6, "used already, on line 1"),
        ("## Q {#q}\n\n- [ ] a\n- [ ] b\n", 1, "no right answer"),
        ("## Q {#q .multiple}\n\n- [ ] a\n- [ ] b\n", 1, "no right answer"),
        ("## Q {#q .single}\n\n- [x] a\n- [x] b\n", 1, "several right answers"),
        ("## Q {#q}\n\n- [x] a\n", 3, "single option"),
        ("## Q {#q}\n\n- [x] a\n- [ ] a\n", 4, "twice"),
        ("## Q {#q}\n\n- [x] a\n- [ ]\n", 4, "no text"),
        ("## Q {#q}\n\nText only.\n", 1, "no answer part"),
        ("## Q {#q}\n\n- [x]a\n- [ ]b\n", 1, "no answer part"),
        ("## Q {#q}\n\n- [x] a\n- [] b\n", 4, "mind the spaces"),
        ("## Q {#q}\n\n- [x] a\n\n- [ ] b\n", 3, "divided from the last ones"),
        ("## Q {#q}\n\n- [х] a\n- [ ] b\n", 3, "Cyrillic letter"),
        ("## Q {#q}\n\n- [ ] a\n- [Х] b\n", 4, "Cyrillic letter"),
        ("## Q {#q .order}\n\n1. a\n\n2. b\n\n3. c\n", 5, "delete the empty lines"),
        ("## Q {#q .task .retired points=4}\n\n- (2) a\n\n- (2) b\n", 3, "delete the empty lines"),
        ("## Q {#q .number unit=" + "m" * 81 + "}\n\n= 1\n", 1, "more than 80 letters"),
        ("## Q {#q .order}\n\n" + "1. a\n" * 1000, 1, "more than 1000 lines"),
        ("## Q {#q}\n\n- [x] a\n\n  > feedback\n- [ ] b\n", 5, "delete the empty line"),
        ("## Q {#q}\n\n- [x] a\n> feedback\n- [ ] b\n", 3, "divided from the last ones"),
        ("## Q {#q}\n\n- [x] a\n  - b\n- [ ] c\n", 4, "one paragraph"),
        ("## Q {#q}\n\n- [x] a\n  > b\n  c\n- [ ] d\n", 5, "one paragraph"),
        ("## Q {#q}\n\n- plain\n- [x] a\n- [ ] b\n", 3, "empty line between this list"),
        ("## Q {#q}\n\n- [x] a\n- [ ] b\n\nMore text.\n", 6, "after the answer part"),
        ("## Q {#q}\n\n- [x] a\n- [ ] b\n\n> so\n\nMore text.\n", 6, "after the answer part"),
        ("## Q {#q .essay}\n\n- [x] a\n- [ ] b\n", 1, "no kind or option “.essay”"),
        ("## Q {#q .short .number}\n\n= 3\n", 1, "one kind"),
        ("## Q {#q colour=red}\n\n- [x] a\n- [ ] b\n", 1, "“colour” is not known"),
        ("## Q {#q points=-2}\n\n- [x] a\n- [ ] b\n", 1, "at least 1"),
        ("## Q {#q points=0}\n\n- [x] a\n- [ ] b\n", 1, "at least 1"),
        ("## Q {#q points=two}\n\n- [x] a\n- [ ] b\n", 1, "no whole number"),
        ("## Q {#q points=1.5}\n\n- [x] a\n- [ ] b\n", 1, "no whole number"),
        ("## Q {#q .number unit=working days}\n\n= 3\n", 1, "quotation marks"),
        ("## Q {#q area=Big}\n\n- [x] a\n- [ ] b\n", 1, "no id"),
        ("## Q {#q .exact}\n\n- [x] a\n- [ ] b\n", 1, "does not belong"),
        ("## Q {#q .short .pinned}\n\n= a\n", 1, "does not belong"),
        ("## Q {#q .short unit=m}\n\n= a\n", 1, "does not belong"),
        ("## Q {#q .short}\n\nNothing.\n", 1, "= answer"),
        ("## Q {#q .short}\n\n= a\n=\n", 4, "no text"),
        ("## Q {#q .short}\n\n= a\n= a\n", 4, "twice"),
        ("## Q {#q .short}\n\n= a\n\n= b\n", 3, "divided from the last ones"),
        ("## Q {#q .short}\n\n- [x] a\n\n= b\n", 3, "Task items"),
        ("## Q {#q .number}\n\n= three\n", 3, "no number"),
        ("## Q {#q .number}\n\n= 2,4\n", 3, "no number"),
        ("## Q {#q .number}\n\n= 3 days\n", 3, "no number"),
        ("## Q {#q .number}\n\n= 5..2\n", 3, "lower number stands first"),
        ("## Q {#q .number}\n\n= 5 ± -1\n", 3, "not negative"),
        ("## Q {#q .match}\n\nNothing.\n", 1, "table of two columns"),
        ("## Q {#q .match}\n\n| a | b |\n|---|---|\n| x | y |\n", 1, "two rows or more"),
        ("## Q {#q .match}\n\n| a | b |\n|---|---|\n| x | y | z |\n| p | q |\n", 5, "two columns"),
        ("## Q {#q .match}\n\n| a | b |\n|---|---|\n| x |  |\n| p | q |\n| r | s |\n", 5, "right cell"),
        ("## Q {#q .match}\n\n| a | b |\n|---|---|\n| x | y |\n| x | q |\n", 6, "twice"),
        ("## Q {#q .order}\n\n1. a\n", 1, "two items"),
        ("## Q {#q .order}\n\n- a\n- b\n", 1, "numbered list"),
        ("## Q {#q .order}\n\n1. a\n2. a\n", 4, "twice"),
        ("## Q {#q .order}\n\n1. a\n   - b\n2. c\n", 4, "one paragraph"),
        ("## Q {#q .cloze}\n\nNo gap.\n", 1, "no gap"),
        ("## Q {#q .cloze}\n\n[[a|]]\n", 3, "empty answer"),
        ("## Q {#q .cloze}\n\n[[=a|~b|=c]]\n", 3, "one right word"),
        ("## Q {#q .cloze}\n\n[[=a]]\n", 3, "one right word"),
        ("## Q {#q .cloze}\n\n[[=a|b]]\n", 3, "one right word"),
        ("## Q {#q .cloze}\n\n[[=a|~a]]\n", 3, "one right word"),
        ("## Q {#q .cloze}\n\n[[a]] and [[b\n", 3, "not closed"),
        ("## Q {#q .cloze}\n\n`[[a]]`\n", 3, "cannot stand in a table"),
        ("## Q {#q .cloze}\n\n[x [[a]]](https://example.org)\n", 3, "cannot stand in a table"),
        ("## Q {#q .cloze}\n\n| a |\n|---|\n| [[a]] |\n", 5, "cannot stand in a table"),
        ("## Q {#q .cloze}\n\n[x](https://example.org '[[a]]')\n", 3, "cannot stand in a table"),
        ("## Q [[a]] {#q .cloze}\n\n[[a]]\n", 1, "in the heading"),
        ("## Q {#q .cloze}\n\n[[a]]\n\n> [[b]]\n", 5, "in the explanation"),
        ("## Q {#q .cloze}\n\nx[^1] [[a]]\n\n[^1]: y [[b]]\n", None, None),
        ("## Q {#q .task .retired points=3}\n\n- (2) a\n- (2) b\n", 1, "add up to 4"),
        ("## Q {#q .task .retired points=3}\n\n- (x) a\n- (2) b\n", 3, "no number of points"),
        ("## Q {#q .task .retired points=3}\n\nNothing.\n", 1, "no criteria"),
        ("## Q {#q .task points=3 upload=html}\n\n- (3) a\n", 1, "Files ending in “html” are not taken"),
        ("## Q {#q .task points=3 upload=a.b}\n\n- (3) a\n", 1, "lists endings of files"),
        ("---\narea: Formats\n---\n" + SINGLE, 2, "no id"),
        ("---\ncolour: red\n---\n" + SINGLE, 2, "not known"),
        ("---\n- a\n---\n" + SINGLE, 2, "must hold keys"),
        ("---\narea: formats\n" + SINGLE, 1, "not closed"),
        ("## Q {#q}\n\n```\n- [x] a\n- [ ] b\n", 3, "not closed"),
        (f"## Q {{#q}}\n\n{'[' * 1001}\n\n- [x] a\n- [ ] b\n", 3, "more than 1,000"),
        ("## Q {#q}\n\n- [x] a\x07\n- [ ] b\n", 3, "U+0007"),
    ],
)
def test_each_mistake_in_a_bank_is_told_with_its_line(text, line, words):
    found = errors(text)
    if words is None:
        assert all(isinstance(number, int) for number, _ in found)
        return
    assert any(number == line and words in message for number, message in found), found


def test_all_mistakes_are_told_at_once():
    text = "## A\n\n- [x] a\n\n## B {#b}\n\n- [ ] a\n- [ ] b\n\n## C {#c .number}\n\n= x\n\n## D {#d points=-1}\n\n"
    text += "- [x] a\n- [ ] b\n"
    assert [line for line, _ in errors(text)] == [1, 5, 12, 14]


def test_a_file_that_is_not_utf_8_is_told_with_its_line():
    files = questions(SINGLE)
    files["en/questions.md"] = b"## Q {#q}\n\n- [x] \xe8\n- [ ] b\n"
    assert (
        "en/questions.md",
        3,
        True,
        "This line is not UTF-8: save the file in the encoding UTF-8.",
    ) in told(files)


def test_text_before_the_first_question_is_warned_of():
    found = told(questions("# Questions\n\n<!-- a remark -->\n\nLost text.\n\n" + SINGLE))
    assert [(line, is_error) for _, line, is_error, _ in found] == [(5, False)]


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_line_ends_and_a_byte_order_mark_change_nothing(ends):
    report = Report("en/questions.md")
    text = "\ufeff---\narea: x\n---\n" + SINGLE
    bank = read_bank(text.replace("\n", ends).encode(), report, {})
    assert report.findings == []
    assert [(question.key, question.line) for question in bank.questions] == [("one", 4)]


def test_a_translation_may_leave_out_the_kind():
    bank = read_bank(b"## Q {#q}\n\n= a\n", Report("cs/questions.md"), {"q": Kind.SHORT})
    assert bank.questions[0].kind is Kind.SHORT
