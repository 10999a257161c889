"""PDF with the canary in all that stands beside and behind its pages."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.corpus.drawn import exif, profile, small, with_segment
from tests.corpus.planting import CANARY, WORD, Planted, xmp

_TEXT = b"BT /F 12 Tf 10 40 Td (words) Tj ET q 48 0 0 32 60 4 cm /P Do Q"
_HEX = f"<feff{CANARY.encode('utf-16-be').hex()}>".encode()
_SAID = b"(" + WORD + b")"


@dataclass(frozen=True, slots=True)
class Paper:
    """One page, and what is written into its catalog, page, resources, contents and trailer; `more`
    are objects from number 10 on.
    """

    catalog: bytes = b""
    page: bytes = b""
    resources: bytes = b""
    content: bytes = field(default=_TEXT, repr=False)
    trailer: bytes = b""
    more: tuple[bytes, ...] = ()
    picture: bytes = b""
    font: bytes = b""

    def objects(self) -> dict[int, bytes]:
        """Its objects by number."""
        image = self.picture or small("JPEG")
        head = b"/Type/XObject/Subtype/Image/Width 48/Height 32/ColorSpace/DeviceRGB"
        head += b"/BitsPerComponent 8/Filter/DCTDecode"
        resources = b"/Font<</F 5 0 R>>/XObject<</P 6 0 R>>" + self.resources
        own = {
            1: b"<</Type/Catalog/Pages 2 0 R" + self.catalog + b">>",
            2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 120 60]/Contents 4 0 R"
            b"/Resources<<" + resources + b">>" + self.page + b">>",
            4: stream(self.content),
            5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica" + self.font + b">>",
            6: stream(image, head),
        }
        return own | dict(enumerate(self.more, start=10))

    def written(self, *, between: bytes = b"") -> bytes:
        """The file; `between` stands before each object."""
        return filed(self.objects(), self.trailer, between=between)


def stream(body: bytes, head: bytes = b"") -> bytes:
    """A stream with its length."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (head, len(body), body)


def filed(
    objects: Mapping[int, bytes], trailer: bytes = b"", *, between: bytes = b"", before: bytes = b""
) -> bytes:
    """A file of these objects; `before` is an older file, to which these are added."""
    out, places = bytearray(before or b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in objects.items():
        out += between
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    end = b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out) + end % (max(objects) + 1, trailer, start)


def planted() -> Iterator[Planted]:
    """The files, by place."""
    for name, paper in (_words() | _acts() | _notes() | _tables() | _pages()).items():
        yield Planted(f"pdf {name}", paper.written())
    yield from _files()


def _words() -> dict[str, Paper]:
    """Words about the file, the page, the picture."""
    keys = (
        *("Title", "Author", "Subject", "Keywords", "Creator", "Producer", "Company", "ModDate"),
        *("SourceModified", "Own"),
    )
    info = {
        f"info {key}": Paper(trailer=b"/Info 10 0 R", more=(b"<</%s %s>>" % (key.encode(), _SAID),))
        for key in keys
    }
    hexed = Paper(trailer=b"/Info 10 0 R", more=(b"<</Author %s>>" % _HEX,))
    words = stream(xmp(), b"/Type/Metadata/Subtype/XML")
    packed = stream(zlib.compress(xmp()), b"/Type/Metadata/Subtype/XML/Filter/FlateDecode")
    named = with_segment(small("JPEG"), 0xE1, b"Exif\0\0" + exif())
    return info | {
        "info in hex": hexed,
        "xmp": Paper(catalog=b"/Metadata 10 0 R", more=(words,)),
        "packed xmp": Paper(catalog=b"/Metadata 10 0 R", more=(packed,)),
        "xmp of the page": Paper(page=b"/Metadata 10 0 R", more=(words,)),
        "xmp of a font": Paper(font=b"/Metadata 10 0 R", more=(words,)),
        "ids": Paper(trailer=b"/ID[%s%s]" % (_SAID, _SAID)),
        "unknown in the trailer": Paper(trailer=b"/Own" + _SAID),
        "language": Paper(catalog=b"/Lang" + _SAID),
        "base of links": Paper(catalog=b"/URI<</Base%s>>" % _SAID),
        "private data": Paper(
            page=b"/PieceInfo<</App<</LastModified%s/Private%s>>>>" % (_SAID, _SAID)
        ),
        "last change of the page": Paper(page=b"/LastModified" + _SAID),
        "label of the page": Paper(catalog=b"/PageLabels<</Nums[0<</P%s>>]>>" % _SAID),
        "id of the page": Paper(page=b"/ID" + _SAID),
        "spider": Paper(catalog=b"/SpiderInfo<</V 1.0/C[<</URL%s>>]>>" % _SAID),
        "legal words": Paper(catalog=b"/Legal<</Attestation%s>>" % _SAID),
        "exif of a picture": Paper(picture=named),
        "comment of a picture": Paper(picture=with_segment(small("JPEG"), 0xFE, WORD)),
        "behind a picture": Paper(picture=small("JPEG") + WORD),
        "thumbnail": Paper(
            page=b"/Thumb 10 0 R",
            more=(
                stream(
                    WORD.ljust(15, b"."),
                    b"/Width 5/Height 1/ColorSpace/DeviceRGB/BitsPerComponent 8",
                ),
            ),
        ),
    }


def _acts() -> dict[str, Paper]:
    """What happens when somebody opens or presses something."""
    script = b"<</S/JavaScript/JS%s>>" % _SAID
    acts = {
        "script": script,
        "packed script": b"<</S/JavaScript/JS 11 0 R>>",
        "link": b"<</S/URI/URI%s>>" % _SAID,
        "program": b"<</S/Launch/F%s>>" % _SAID,
        "other file": b"<</S/GoToR/F%s/D[0/Fit]>>" % _SAID,
        "form sent": b"<</S/SubmitForm/F<</FS/URL/F%s>>>>" % _SAID,
        "data fetched": b"<</S/ImportData/F%s>>" % _SAID,
    }
    packed = stream(zlib.compress(WORD), b"/Filter/FlateDecode")
    names = b"/Names<</JavaScript<</Names[%s 10 0 R]>>>>"
    return {
        f"act: {name}": Paper(b"/OpenAction 10 0 R", more=(act, packed))
        for name, act in acts.items()
    } | {
        "script by name": Paper(names % b"(a)", more=(script,)),
        "name of a script": Paper(names % _SAID, more=(b"<</S/JavaScript/JS()>>",)),
        "script at closing": Paper(b"/AA<</WC 10 0 R>>", more=(script,)),
        "script of the page": Paper(page=b"/AA<</O 10 0 R>>", more=(script,)),
    }


def _notes() -> dict[str, Paper]:
    """Notes, fields, and files that hang on them. None of them can be seen on the page."""
    place = b"/Rect[0 0 0 0]"
    notes = {
        "note": b"<</Subtype/Text%s/Contents%s>>" % (place, _SAID),
        "author of a note": b"<</Subtype/Text%s/T%s>>" % (place, _SAID),
        "subject of a note": b"<</Subtype/Text%s/Subj%s>>" % (place, _SAID),
        "name of a note": b"<</Subtype/Text%s/NM%s>>" % (place, _SAID),
        "time of a note": b"<</Subtype/Text%s/M%s>>" % (place, _SAID),
        "rich note": b"<</Subtype/FreeText%s/DA(/F 1 Tf)/RC%s>>" % (place, _SAID),
        "pop-up": b"<</Subtype/Popup%s/Contents%s>>" % (place, _SAID),
        "highlight": b"<</Subtype/Highlight%s/QuadPoints[0 0 0 0 0 0 0 0]/Contents%s>>"
        % (place, _SAID),
        "stamp": b"<</Subtype/Stamp%s/Name/Draft/Contents%s>>" % (place, _SAID),
        "link note": b"<</Subtype/Link%s/A<</S/URI/URI%s>>>>" % (place, _SAID),
        "sound": b"<</Subtype/Sound%s/Sound 11 0 R>>" % place,
        "film": b"<</Subtype/Movie%s/T%s/Movie<</F()>>>>" % (place, _SAID),
        "file on a note": b"<</Subtype/FileAttachment%s/FS<</F(a)/EF<</F 11 0 R>>>>>>" % place,
        "hidden note": b"<</Subtype/FreeText/F 2/Rect[5 5 90 50]/DA(/F 9 Tf)/Contents%s>>" % _SAID,
    }
    found = {
        name: Paper(page=b"/Annots[10 0 R]", more=(b"<</Type/Annot" + note[2:], stream(WORD)))
        for name, note in notes.items()
    }
    keys = {"hint": b"TU", "export name": b"TM", "old value": b"DV", "style": b"DS", "name": b"T"}
    for name, key in keys.items():
        widget = b"<</Type/Annot/Subtype/Widget/FT/Tx%s/T(f)/%s%s>>" % (place, key, _SAID)
        form = b"/AcroForm<</Fields[10 0 R]>>"
        found[f"{name} of a field"] = Paper(form, b"/Annots[10 0 R]", more=(widget,))
    signed = b"/Reason%s/Location%s/Name%s/ContactInfo%s" % ((_SAID,) * 4)
    signature = b"<</Type/Annot/Subtype/Widget/FT/Sig%s/T(s)/V<</Type/Sig%s>>>>" % (place, signed)
    found["signature"] = Paper(
        b"/AcroForm<</Fields[10 0 R]>>", b"/Annots[10 0 R]", more=(signature,)
    )
    found["xfa"] = Paper(b"/AcroForm<</Fields[]/XFA 10 0 R>>", more=(stream(b"<xdp>" + WORD),))
    return found


def _tables() -> dict[str, Paper]:
    """What a reader shows beside the pages, or uses to find its way."""
    one = b"<</F(a)/UF(a)/EF<</F 11 0 R>>/Desc(a)>>"
    names = b"/Names<</EmbeddedFiles<</Names[(a) 10 0 R]>>>>"
    file = stream(WORD, b"/Type/EmbeddedFile")
    dates = stream(b"", b"/Type/EmbeddedFile/Params<</CreationDate%s>>" % _SAID)
    tree = b"/StructTreeRoot 10 0 R/MarkInfo<</Marked true>>"
    element = b"<</Type/StructTreeRoot/K<</S/P/P 10 0 R/%s%s>>>>"
    layers = b"/OCProperties<</OCGs[10 0 R]/D<</OFF[10 0 R]>>>>"
    layer = b"<</Type/OCG/Name%s>>"
    hidden = b"/OC /L BDC BT /F 12 Tf 10 40 Td %s Tj ET EMC " % _SAID
    return {
        "attachment": Paper(names, more=(one, file)),
        "name of an attachment": Paper(names, more=(one.replace(b"(a)", _SAID), stream(b""))),
        "date of an attachment": Paper(names, more=(one, dates)),
        "associated file": Paper(b"/AF[10 0 R]", more=(one, file)),
        "collection": Paper(b"/Collection<</Schema<</a<</N%s>>>>>>" % _SAID),
        "outline": Paper(b"/Outlines 10 0 R", more=(b"<</First 11 0 R>>", b"<</Title%s>>" % _SAID)),
        "named place": Paper(b"/Names<</Dests<</Names[%s[3 0 R/Fit]]>>>>" % _SAID),
        "old named place": Paper(b"/Dests<</%s[3 0 R/Fit]>>" % WORD),
        "other words": Paper(tree, more=(element % (b"Alt", _SAID),)),
        "actual words": Paper(tree, more=(element % (b"ActualText", _SAID),)),
        "expansion": Paper(tree, more=(element % (b"E", _SAID),)),
        "title of a part": Paper(tree, more=(element % (b"T", _SAID),)),
        "thread": Paper(b"/Threads[10 0 R]", more=(b"<</I<</Title%s>>>>" % _SAID,)),
        "name of a layer": Paper(layers, more=(layer % _SAID,)),
        "hidden layer": Paper(
            layers,
            resources=b"/Properties<</L 10 0 R>>",
            content=hidden + _TEXT,
            more=(layer % b"(l)",),
        ),
        "colours of the printer": Paper(
            b"/OutputIntents[<</S/GTS_PDFA1/Info%s/OutputConditionIdentifier(x)>>]" % _SAID
        ),
        "needs": Paper(b"/Requirements[<</S/EnableJavaScripts/Own%s>>]" % _SAID),
        "wishes of the reader": Paper(b"/ViewerPreferences<</Own%s>>" % _SAID),
        "extension": Paper(b"/Extensions<</%s<</BaseVersion/1.7>>>>" % WORD),
        "unknown in the catalog": Paper(b"/Own" + _SAID),
    }


def _pages() -> dict[str, Paper]:
    """What stands on a page and cannot be seen."""
    said = b"BT /F 12 Tf %s " + _SAID + b" Tj ET "
    icc = stream(profile(), b"/N 3")
    return {
        "comment on a page": Paper(content=b"%" + WORD + b"\n" + _TEXT),
        "marked words": Paper(content=b"/Span<</ActualText%s>>BDC EMC " % _SAID + _TEXT),
        "mark": Paper(content=b"/%s MP " % WORD + _TEXT),
        "invisible words": Paper(content=said % b"3 Tr 10 40 Td" + _TEXT),
        "white words": Paper(content=b"1 g " + said % b"10 40 Td" + b"0 g " + _TEXT),
        "words beside the page": Paper(content=said % b"500 500 Td" + _TEXT),
        "words under a box": Paper(
            content=said % b"10 40 Td"
            + b"0 g 0 30 120 30 re f "
            + _TEXT.replace(b" 40 Td", b" 10 Td")
        ),
        "words in an empty clip": Paper(
            content=b"q 0 0 0 0 re W n " + said % b"9 9 Td" + b"Q " + _TEXT
        ),
        "unused picture": Paper(resources=b"/Own 10 0 R", more=(stream(WORD),)),
        "unused form": Paper(
            resources=b"/Pattern<</X 10 0 R>>",
            more=(stream(b"%" + WORD, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"),),
        ),
        "name of a resource": Paper(resources=b"/ExtGState<</%s<<>>>>" % WORD),
        "name of a font": Paper(font=b"/Name/" + WORD),
        "letters of a font": Paper(font=b"/ToUnicode 10 0 R", more=(stream(b"%" + WORD),)),
        "font file": Paper(
            font=b"/FontDescriptor<</FontName/Helvetica/Flags 32/FontFile3 10 0 R>>",
            more=(stream(WORD, b"/Subtype/Type1C"),),
        ),
        "profile": Paper(
            resources=b"/ColorSpace<</C[/ICCBased 10 0 R]>>",
            content=b"/C cs 1 0 0 sc " + _TEXT,
            more=(icc,),
        ),
        "inline picture": Paper(
            content=b"q 0 0 0 0 0 0 cm BI /W 13 /H 1 /BPC 8 /CS /G ID " + WORD + b" EI Q " + _TEXT
        ),
    }


def _files() -> Iterator[Planted]:
    """What a file holds outside of what it shows."""
    paper = Paper()
    plain = paper.written()
    yield Planted("pdf behind the end", plain + WORD)
    yield Planted("pdf zip behind the end", plain + b"PK\x03\x04" + WORD)
    yield Planted(
        "pdf comment at the beginning", plain.replace(b"%\xe2", b"%" + WORD + b"\n%\xe2", 1)
    )
    yield Planted("pdf comments between objects", paper.written(between=b"%" + WORD + b"\n"))
    yield Planted("pdf unused object", Paper(more=(_SAID,)).written())
    yield Planted("pdf unused stream", Paper(more=(stream(WORD),)).written())
    told = Paper(content=_TEXT.replace(b"words", WORD))
    newer = filed({4: stream(_TEXT)}, before=told.written())
    yield Planted("pdf earlier page", newer)
    info = Paper(trailer=b"/Info 10 0 R", more=(b"<</Author%s>>" % _SAID,)).written()
    yield Planted("pdf earlier author", filed({10: b"<<>>"}, before=info))
    head = b"10 0 "
    inside = head + b"<</Author%s>>" % _SAID
    packed = stream(
        zlib.compress(inside), b"/Type/ObjStm/N 1/First %d/Filter/FlateDecode" % len(head)
    )
    yield Planted("pdf packed object", _with_table(paper, packed))


def _with_table(paper: Paper, packed: bytes) -> bytes:
    """A file of PDF 1.5: its table of objects is a packed stream, object 10 lies in another one."""
    objects = paper.objects() | {11: packed}
    out, rows = bytearray(b"%PDF-1.5\n"), {0: (0, 0, 65535), 10: (2, 11, 0)}
    for number, body in objects.items():
        rows[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    rows[12] = (1, start, 0)
    table = b"".join(struct.pack(">BIH", *rows.get(number, (0, 0, 0))) for number in range(13))
    head = b"/Type/XRef/Size 13/W[1 4 2]/Root 1 0 R/Info 10 0 R/Filter/FlateDecode"
    out += b"12 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        stream(zlib.compress(table), head),
        start,
    )
    return bytes(out)
