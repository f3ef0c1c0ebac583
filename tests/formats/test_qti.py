"""QTI: what comes over of items and packages, what is told about the rest, and what is refused."""

import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats import qti
from app.formats.qti_interactions import READERS
from app.formats.question_exchange import Effect, Exchange, Unreadable
from app.formats.question_markdown import write_question
from tests.formats.many_examples import many, reading_is_told

HERE = Path(__file__).parent / "question_files"
FILES = {
    str(path.relative_to(HERE / "qti")): path.read_bytes()
    for path in sorted((HERE / "qti").rglob("*"))
    if path.is_file()
}


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return buffer.getvalue()


PACKAGE = packed(FILES)
ONE = "<simpleChoice identifier='B'>b</simpleChoice>"
DRAGGED = "<gapText identifier='A'>a</gapText><p><gap identifier='G'/></p>"


def item(interaction: str, correct: str = "<value>A</value>", rules: str = "", **given: str) -> bytes:
    cardinality = given.get("cardinality", "single")
    base = given.get("base", "identifier")
    declaration = f"<responseDeclaration identifier='R' cardinality='{cardinality}' baseType='{base}'>"
    right = f"<correctResponse>{correct}</correctResponse>{given.get('mapping', '')}</responseDeclaration>"
    body = f"<itemBody>{interaction}</itemBody>"
    whole = (
        f"<assessmentItem identifier='i' title='Položka'>\n{declaration}{right}{body}{rules}</assessmentItem>"
    )
    return whole.encode()


def choice(*options: str, given: str = "") -> str:
    written = "".join(f"<simpleChoice identifier='{each}'>text {each}</simpleChoice>" for each in options)
    return (
        f"<choiceInteraction responseIdentifier='R' {given}><prompt>Co?</prompt>{written}</choiceInteraction>"
    )


def losses(found: Exchange) -> list[str]:
    return [note.message % note.values for note in found.notes if note.effect is not Effect.CARRIED]


def test_a_rich_package_comes_over_as_an_author_would_have_written_it() -> None:
    found = qti.read(PACKAGE)
    assert "\n".join(map(write_question, found.questions)) == (HERE / "qti.md").read_text()
    assert found.media == {"mapa.png": FILES["images/mapa.png"]}


def test_every_loss_is_told_with_line_and_question() -> None:
    told = [
        f"{note.line} {note.question} {note.effect}: {note.message % note.values}"
        for note in qti.read(PACKAGE).notes
        if note.effect is not Effect.CARRIED
    ]
    assert told == (HERE / "qti.txt").read_text().splitlines()


def test_items_are_found_without_a_manifest_and_in_a_folder() -> None:
    loose = {f"folder/{path}": data for path, data in FILES.items() if path != "imsmanifest.xml"}
    found = qti.read(packed(loose))
    assert [each.key for each in found.questions][:4] == ["choice-map", "multi-01", "order", "match"]
    assert len(found.questions) == len(qti.read(PACKAGE).questions)
    inside = {f"folder/{path}": data for path, data in FILES.items()}
    assert len(qti.read(packed(inside)).questions) == len(found.questions)


@pytest.mark.parametrize("version", ["imsqti_v2p1", "imsqti_v2p2"])
def test_both_versions_are_read(version: str) -> None:
    text = FILES["items/order.xml"].decode().replace("imsqti_v2p1", version)
    prefixed = text.replace("<", "<q:").replace("<q:/", "</q:").replace("xmlns=", "xmlns:q=")
    expected = [each.answer for each in qti.read(FILES["items/order.xml"]).questions]
    assert [each.answer for each in qti.read(text.encode()).questions] == expected
    assert [each.answer for each in qti.read(prefixed.encode()).questions] == expected


def test_all_or_nothing_and_a_mapping_are_told_apart() -> None:
    correct = "<value>A</value><value>B</value>"
    strict = qti.read(item(choice("A", "B", "C"), correct, cardinality="multiple"))
    assert "all-or-nothing" in strict.questions[0].attributes.flags
    entries = "<mapEntry mapKey='A' mappedValue='3'/><mapEntry mapKey='B' mappedValue='1'/>"
    mapping = f"<mapping defaultValue='0'>{entries}</mapping>"
    rules = (
        "<responseProcessing template='http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response'/>"
    )
    mapped = qti.read(item(choice("A", "B", "C"), correct, rules, cardinality="multiple", mapping=mapping))
    assert mapped.questions[0].attributes.flags == frozenset()
    assert mapped.questions[0].attributes.points == 4
    assert losses(mapped) == [
        "Its right options had marks of their own: here each counts alike.",
        "A wrong option takes off here as much as a right one adds; before it was otherwise.",
    ]


def test_a_table_whose_left_side_repeats_changes_sides() -> None:
    left = "<simpleMatchSet><simpleAssociableChoice identifier='L'>obec</simpleAssociableChoice></simpleMatchSet>"
    right = "".join(
        f"<simpleAssociableChoice identifier='R{n}'>úkol {n}</simpleAssociableChoice>" for n in (1, 2)
    )
    other = "<simpleMatchSet><simpleAssociableChoice identifier='K'>kraj</simpleAssociableChoice></simpleMatchSet>"
    both = left.replace("</simpleMatchSet>", "") + other.removeprefix("<simpleMatchSet>")
    sets = f"<prompt>Čí?</prompt>{both}<simpleMatchSet>{right}</simpleMatchSet>"
    text = f"<matchInteraction responseIdentifier='R'>{sets}</matchInteraction>"
    pairs = "<value>L R1</value><value>L R2</value>"
    found = qti.read(item(text, pairs, cardinality="multiple", base="directedPair"))
    assert [each.text for each in found.questions[0].answer.options] == ["úkol 1", "úkol 2"]
    assert found.questions[0].answer.pairs == (0, 0)
    assert "Its columns changed sides: here each item on the left has one on the right." in losses(found)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (item("<p>Jen text.</p>"), "A description asks nothing: put its text into a module of the course."),
        (item(choice("A", "B") + choice("C")), "It asks several things at once: make a question of each."),
        (item(choice("X", "Y")), "No option is right."),
        (item("<p>a</p><sliderInteraction responseIdentifier='R'/>"),
         "Questions of the type “sliderInteraction” have no like here."),
        (item(f"<orderInteraction responseIdentifier='R'>{ONE}</orderInteraction>"),
         "Its right order does not name every item once."),
        (item("<matchInteraction responseIdentifier='R'/>"), "It has no two columns to match."),
        (item("<p>5 <textEntryInteraction responseIdentifier='R'/> m</p>", "<value>asi</value>", base="float"),
         "“asi” is no number."),
        (item(f"<gapMatchInteraction responseIdentifier='R'>{DRAGGED}</gapMatchInteraction>",
              "<value>A H</value>"), "Not every gap has a right word."),
        (item("<gapMatchInteraction responseIdentifier='R'><gapImg identifier='A'/></gapMatchInteraction>"),
         "Pictures to drag have no like here."),
        (item(choice("A", "B")).replace(b"<itemBody>", b"<templateDeclaration/><itemBody>"),
         "It changes while it is answered, or draws its numbers: that has no like here."),
    ],
)  # fmt: skip
def test_what_cannot_come_over_is_left_out_with_the_reason(data: bytes, reason: str) -> None:
    found = qti.read(data)
    assert found.questions == ()
    assert reason in losses(found)


def test_rules_of_marking_of_their_own_are_told() -> None:
    rules = "<responseProcessing><lookupOutcomeValue identifier='SCORE'/></responseProcessing>"
    found = qti.read(item(choice("A", "B"), rules=rules))
    assert losses(found) == ["It had rules of marking of its own: look whether the right answers are right."]


def test_an_upload_becomes_a_task_with_a_file() -> None:
    prompt = "<prompt>Nahrajte data.</prompt>"
    upload = f"<uploadInteraction responseIdentifier='R' type='text/csv'>{prompt}</uploadInteraction>"
    assert qti.read(item(upload)).questions[0].attributes.upload == ("csv",)


def test_active_content_and_foreign_addresses_stay_out() -> None:
    text = "<p onclick='x()'>Co <script>alert(1)</script><img src='http://127.0.0.1:1/x.png' alt='obr'/>"
    found = qti.read(item(text + "<a href='javascript:x'>zde</a></p>" + choice("A", "B")))
    written = write_question(found.questions[0])
    assert "script" not in written
    assert "onclick" not in written


def with_entry(name: str, data: bytes = b"x", **given: object) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("items/order.xml", FILES["items/order.xml"])
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for key, value in given.items():
            setattr(info, key, value)
        archive.writestr(info, data)
    return buffer.getvalue()


def encrypted() -> bytes:
    data = bytearray(with_entry("items/secret.xml"))
    place = data.rindex(b"PK\x01\x02")
    data[place + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "entry"),
    [
        (with_entry("../outside.xml"), "../outside.xml"),
        (with_entry("/etc/passwd"), "/etc/passwd"),
        (with_entry("a/../../b.xml"), "a/../../b.xml"),
        (with_entry("C:/x.xml"), "C:/x.xml"),
        (with_entry("a\\b.xml"), "a\\b.xml"),
        (with_entry("ITEMS/order.xml"), "ITEMS/order.xml"),
        (with_entry("link.xml", b"/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16), "link.xml"),
        (with_entry("bomb.xml", b" " * 9_000_000), "bomb.xml"),
        (with_entry("huge.png", b"\x89PNG" * 1_000_000), "huge.png"),
        (encrypted(), "items/secret.xml"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_archives_with_tricks_are_refused_and_name_the_entry(data: bytes, entry: str) -> None:
    with pytest.raises(Unreadable) as caught:
        qti.read(data)
    assert caught.value.values["entry"] == entry


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        PACKAGE[:-30],
        packed({}),
        packed({"a.txt": b"x"}),
        b"<questestinterop/>",
        b"<qti-assessment-item/>",
        b"<html/>",
        FILES["test.xml"],
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><assessmentItem>&x;</assessmentItem>",
        b"<assessmentItem>" + b"<p>" * 500,
        b"<assessmentItem identifier='\x00'/>",
        FILES["items/order.xml"].decode().encode("utf-16-le"),
        b"\x1f\x8b" * 10,
        b" " * 10_000_001,
    ],
)
def test_what_is_no_qti_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        qti.read(data)
    assert caught.value.line >= 1
    assert caught.value.reason % caught.value.values


def test_an_entity_bomb_in_a_package_leaves_out_its_item_alone() -> None:
    bomb = b"<!DOCTYPE a [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]>\n<assessmentItem>&b;</assessmentItem>"
    found = qti.read(packed({**FILES, "items/hotspot.xml": bomb}))
    assert len(found.questions) == len(qti.read(PACKAGE).questions)
    assert [note.line for note in found.notes if note.question == "items/hotspot.xml"] == [1]


@many
@given(
    st.binary(max_size=300).map(lambda data: data)
    | st.binary(max_size=200).map(lambda data: b"PK\x03\x04" + data)
)
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    assert reading_is_told(qti.read, data)


_CHANGES = st.lists(
    st.tuples(
        st.integers(0, 2000),
        st.integers(0, 30),
        st.binary(max_size=6)
        | st.sampled_from([b"<", b">", b"&", b"</p>", b"<p>", b"\x00", b"<gap/>", b"'"]),
    ),
    max_size=5,
)


def damaged(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, instead in changes:
        at = place % max(len(data), 1)
        data = data[:at] + instead + data[at + length :]
    return data


@many
@given(st.sampled_from(sorted(FILES)), _CHANGES, st.booleans())
def test_damaged_files_are_read_or_refused(
    path: str, changes: list[tuple[int, int, bytes]], is_packed: bool
) -> None:
    data = damaged(FILES[path], changes)
    assert reading_is_told(qti.read, packed({**FILES, path: data}) if is_packed else data)


@many
@given(_CHANGES)
def test_damaged_archives_are_read_or_refused(changes: list[tuple[int, int, bytes]]) -> None:
    assert reading_is_told(qti.read, damaged(PACKAGE, changes))


_NAMES = [
    *READERS,
    "prompt",
    "simpleChoice",
    "simpleMatchSet",
    "simpleAssociableChoice",
    "gapText",
    "gap",
    "inlineChoice",
]
_NAMES += [
    "textEntryInteraction",
    "inlineChoiceInteraction",
    "p",
    "b",
    "table",
    "feedbackInline",
    "rubricBlock",
    "object",
]
_NAMES += ["simpleMatchSet", "hottext", "img", "div"]
_TREES = st.recursive(
    st.sampled_from(["", "a", " ", "5", "\uf8ee", "&lt;b&gt;", "[[x]]", "= 1", "- [x] a", "\n\n"]),
    lambda inner: st.builds(
        lambda tag, name, parts: (
            f"<{tag} identifier='{name}' responseIdentifier='R' maxChoices='{name}' type='image/x'>"
            f"{''.join(parts)}</{tag}>"
        ),
        st.sampled_from(_NAMES),
        st.sampled_from(["A", "B", "", "1", "99999999999", "x y"]),
        st.lists(inner, max_size=5),
    ),
    max_leaves=25,
)


@many
@given(
    st.lists(_TREES, max_size=5),
    st.lists(st.sampled_from(["A", "B", "A B", "B A", "1", "", "x y"]), max_size=4),
    st.sampled_from(["single", "multiple", "ordered", ""]),
    st.sampled_from(["identifier", "string", "float", "directedPair"]),
)
def test_random_trees_are_read_or_left_out(
    parts: list[str], right: list[str], cardinality: str, base: str
) -> None:
    values = "".join(f"<value>{each}</value>" for each in right)
    mapping = (
        "<mapping>" + "".join(f"<mapEntry mapKey='{each}' mappedValue='1'/>" for each in right) + "</mapping>"
    )
    data = item("".join(parts), values, cardinality=cardinality, base=base, mapping=mapping)
    assert reading_is_told(qti.read, data)
    assert qti.read(data).notes
