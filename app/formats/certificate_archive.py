"""Makes the archive copy of a certificate: tagged, PDF/A-1b (ISO 19005-1), the same bytes every time."""

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Page, Pdf, String
from pikepdf import Object as PdfObject

from app.domain.certificates.values import Snapshot
from app.formats import certificate_pdf
from app.formats.certificate_pdf import Element
from app.formats.certificate_shapes import Design

_PROFILE = Path(__file__).parents[2] / "certificates" / "sRGB.icc"
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">\
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>\
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>\
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreatorTool>{creator}</xmp:CreatorTool>\
<xmp:CreateDate>{day}T00:00:00Z</xmp:CreateDate><xmp:ModifyDate>{day}T00:00:00Z</xmp:ModifyDate></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>{producer}</pdf:Producer>\
<pdf:Keywords>{keywords}</pdf:Keywords></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>1</pdfaid:part>\
<pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
"""What the file says of itself (ISO 19005-1, 6.7): written by hand, word for word as its information dictionary."""


def write(snapshot: Snapshot, design: Design, logo: bytes | None, funder_logo: bytes | None = None) -> bytes:
    """Return the document; equal arguments give equal bytes, in every process.

    Raises what ``certificate_pdf.draw`` raises.
    """
    drawing = certificate_pdf.draw(snapshot, design, logo, funder_logo)
    made = io.BytesIO()
    with Pdf.open(io.BytesIO(drawing.content)) as pdf:
        _tag(pdf, pdf.pages[0], drawing.elements)
        _describe(pdf, snapshot)
        _fix_colours(pdf)
        pdf.save(
            made,
            force_version="1.4",
            object_stream_mode=ObjectStreamMode.disable,
            deterministic_id=True,
        )
    return made.getvalue()


def _tag(pdf: Pdf, page: Page, elements: Sequence[Element]) -> None:
    """Add the tree that says what each marked piece of the page is, in reading order (ISO 32000-1, 14.7)."""
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=tree, K=Array()))
    parents: list[PdfObject] = []
    links: list[PdfObject] = []
    for number, element in enumerate(elements):
        made = pdf.make_indirect(_element(element, number, page, document))
        parents.append(made)
        document.K.append(_link(pdf, page, made, element, links) if element.link else made)
    tree.K = Array([document])
    keyed = Array()
    for key, entry in enumerate([pdf.make_indirect(Array(parents)), *links]):
        keyed.append(key)
        keyed.append(entry)
    tree.ParentTree = pdf.make_indirect(Dictionary(Nums=keyed))
    tree.ParentTreeNextKey = len(links) + 1
    page.obj.StructParents = 0
    page.obj.Tabs = Name.S
    pdf.Root.StructTreeRoot = tree
    pdf.Root.MarkInfo = Dictionary(Marked=True)


def _element(element: Element, number: int, page: Page, parent: PdfObject) -> Dictionary:
    made = Dictionary(Type=Name.StructElem, S=Name(f"/{element.tag}"), P=parent, Pg=page.obj, K=number)
    if element.alt:
        made.Alt = String(element.alt)
    if element.language:
        made.Lang = String(element.language)
    if element.box:
        box = Array([round(edge, 2) for edge in element.box])
        made.A = Dictionary(O=Name.Layout, BBox=box, Placement=Name.Block)
    return made


def _link(pdf: Pdf, page: Page, figure: PdfObject, element: Element, links: list[PdfObject]) -> PdfObject:
    """Return the link around a figure, and let the place on the page that is followed know it."""
    annotation = next(each for each in page.obj.Annots.as_list() if element.link == each.A.URI)
    annotation.Contents = String(element.alt)
    annotation.StructParent = len(links) + 1  # The page itself is 0.
    reference = Dictionary(Type=Name.OBJR, Obj=annotation, Pg=page.obj)
    link = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.Link, P=figure.P, K=Array([figure, reference]))
    )
    figure.P = link
    links.append(link)
    return link


def _describe(pdf: Pdf, snapshot: Snapshot) -> None:
    about = pdf.docinfo
    if "/Trapped" in about:
        del about["/Trapped"]
    said = {
        name: str(about[f"/{name.title()}"]) for name in ("title", "author", "subject", "creator", "producer")
    }
    said |= {"keywords": str(about["/Keywords"]), "language": snapshot.language}
    xmp = _XMP.format(
        day=snapshot.issued_on.isoformat(), **{name: escape(text) for name, text in said.items()}
    )
    about["/ModDate"] = about["/CreationDate"]
    root = pdf.Root
    root.Metadata = pdf.make_stream(xmp.encode(), Type=Name.Metadata, Subtype=Name.XML)
    root.Lang = String(snapshot.language)
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    if "/Outlines" in root:
        del root["/Outlines"]


@cache
def _profile() -> bytes:
    return _PROFILE.read_bytes()


def _fix_colours(pdf: Pdf) -> None:
    """Say by an ICC profile which colours the numbers mean (ISO 19005-1, 6.2.2)."""
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB IEC61966-2.1"),
        DestOutputProfile=pdf.make_stream(_profile(), N=3),
    )
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])
