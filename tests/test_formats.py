"""Files of office programs are read by what is in them, and a stranger's can do no harm."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from studydeck.installing import install_line
from studydeck.material.formats import _kept, read_material
from studydeck.material.outline import read_outline

Files = Mapping[str, str | bytes]
NO_FILES: Files = {}
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def zipped(files: Files) -> bytes:
    data = io.BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as file:
        for name, text in files.items():
            file.writestr(ZipInfo(name), text, ZIP_DEFLATED)  # without the time, which would be in a test's name
    return data.getvalue()


def paragraph(words: str, style: str = "", *, item: bool = False) -> str:
    number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>' if item else ""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f'<w:p><w:pPr>{named}{number}</w:pPr><w:r><w:t xml:space="preserve">{words}</w:t></w:r></w:p>'


def docx(body: str, more: Files = NO_FILES) -> bytes:
    """A Word document with this body, as small as Word still opens it."""
    relations = f'<Relationships xmlns="{_PACKAGE}/relationships">' + "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{name}" Target="{name}.xml"/>'
        for name in ("styles", "numbering", "footnotes")
    )
    note = f'<w:footnote w:id="2">{paragraph("A note below.")}</w:footnote>'
    return zipped(
        {
            "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f"{_XML}<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f"{relations}</Relationships>",
            "word/styles.xml": f'<w:styles {_W}><w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/>'
            "</w:style></w:styles>",
            "word/numbering.xml": f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
            '<w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
            "</w:numbering>",
            "word/footnotes.xml": f"<w:footnotes {_W}>{note}</w:footnotes>",
            **more,
        }
    )


def odt(body: str, more: Files = NO_FILES, kind: str = "text") -> bytes:
    """An OpenDocument text with this body."""
    names = ("office", "text", "table", "draw")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return zipped(
        {
            "mimetype": mimetype,
            "content.xml": f'{_XML}<office:document-content {spaces} office:version="1.3"><office:body>'
            f"<office:text>{body}</office:text></office:body></office:document-content>",
            "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest'
            f':1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{mimetype}"/></manifest:manifest>',
            **more,
        }
    )


def table(rows: list[list[str]], row: str, cell: str) -> str:
    cells = ("".join(cell.format(words) for words in each) for each in rows)
    return "".join(row.format(each) for each in cells)


ROWS = [["Lake", "Depth"], ["Baikal", "1642"]]
DOCX = (
    paragraph("Rivers", "H")
    + paragraph("The Nile is long. It flows *through* Cairo &amp; A_B_C, where 3 &lt; 4.")
    + paragraph("Sand sinks", item=True)
    + paragraph("Mud floats", item=True)
    + paragraph("Lakes", "H")
    + f"<w:tbl>{table(ROWS, '<w:tr>{}</w:tr>', '<w:tc>' + paragraph('{}') + '</w:tc>')}</w:tbl>"
    + '<w:p><w:r><w:t>Water is wet.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
)
ODT = (
    '<text:h text:outline-level="1">Rivers</text:h>'
    "<text:p>The Nile is long. It flows *through* Cairo &amp; A_B_C, where 3 &lt; 4.</text:p>"
    "<text:list><text:list-item><text:p>Sand sinks</text:p></text:list-item>"
    "<text:list-item><text:p>Mud floats</text:p></text:list-item></text:list>"
    '<text:h text:outline-level="2">Lakes</text:h>'
    '<table:table table:name="T"><table:table-column table:number-columns-repeated="2"/>'
    + table(ROWS, "<table:table-row>{}</table:table-row>", "<table:table-cell><text:p>{}</text:p></table:table-cell>")
    + "</table:table><text:p>Water is wet.</text:p>"
)


def sections(path: Path) -> dict[str, list[str]]:
    outline = read_outline(read_material(path))
    return {part.title: [sentence.text for block in part.sentences for sentence in block] for part in outline.parts}


@pytest.mark.parametrize("name", ["rivers.docx", "rivers.odt", "rivers.txt", "rivers"])
@pytest.mark.parametrize("data", [docx(DOCX), odt(ODT)], ids=["docx", "odt"])
def test_an_office_document_is_read_whatever_it_is_called(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert sections(tmp_path / name) == {
        "Rivers": [
            "The Nile is long.",
            "It flows *through* Cairo & A_B_C, where 3 < 4.",
            "Sand sinks",
            "Mud floats",
        ],
        "Lakes": ["Lake; Depth", "Baikal; 1642", "Water is wet."],
    }


def test_pictures_are_not_even_unpacked(tmp_path: Path) -> None:
    bomb = b"\0" * 200_000_000
    (tmp_path / "a.odt").write_bytes(odt(ODT, {"Pictures/a.png": bomb}))
    assert sections(tmp_path / "a.odt")["Lakes"][-1] == "Water is wet."


BOMB = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE w [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("make", [docx, odt])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (f"{_XML}{BOMB}<w>&b;</w>", "has XML in it that no office program writes; save it again"),
        (f"{_XML}{OUTSIDE}<w>&b;</w>", "has XML in it that no office program writes"),
        (f"<?xml version='1.0'?>{OUTSIDE}<w>&b;</w>".encode("utf-16"), "has XML in it that no office program writes"),
        (f"<?xml version='1.0' encoding='UTF-7'?>{OUTSIDE.replace('<', '+ADw-')}", "has XML in it that no office"),
        (f"{_XML}<w>", "can't be read"),
        (b"\xff\xfe\xfd", "can't be read"),
        ("", "can't be read"),
        ("<w>" + " " * 61_000_000 + "</w>", "unpacks to more than 60 MB; name a smaller part of it"),
        (f"{_XML}{'<w>' * 20_000}{'</w>' * 20_000}", "can't be read|contains no sentences"),
    ],
    ids=["bomb", "outside", "utf-16", "utf-7", "cut", "bytes", "empty", "large", "deep"],
)
def test_a_strangers_document_is_refused_with_a_sentence(
    tmp_path: Path, make: Callable[[str, Files], bytes], content: str | bytes, sentence: str
) -> None:
    name = "word/document.xml" if make is docx else "content.xml"
    path = tmp_path / "a.docx"
    path.write_bytes(make("", {name: content}))
    with pytest.raises(ValueError, match=sentence):
        assert read_material(path) == "nothing"


SAVE = "can't be read; save it as text, Markdown, HTML, PDF, .docx or .odt"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (zipped({"ppt/presentation.xml": ""}), f"is a PowerPoint presentation, which {SAVE}"),
        (zipped({"xl/workbook.xml": ""}), f"is an Excel workbook, which {SAVE}"),
        (zipped({"mimetype": "application/epub+zip"}), f"is an EPUB book, which {SAVE}"),
        (odt("", {}, "presentation"), f"is an OpenDocument presentation, which {SAVE}"),
        (odt("", {}, "spreadsheet"), f"is an OpenDocument spreadsheet, which {SAVE}"),
        (zipped({"a.txt": "Rivers run."}), f"is a zip file, which {SAVE}"),
        (zipped({"a.txt": "Rivers run."})[:20], f"is a damaged zip file, which {SAVE}"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"is an old (.doc) or protected Office document, which {SAVE}"),
        (rb"{\rtf1 Rivers run.}", f"is a Rich Text document, which {SAVE}"),
        (b"\x89PNG\r\n\x1a\n", f"is a picture, which {SAVE}"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.pptx", "a.docx", "a.md"])
def test_a_file_that_is_not_read_is_called_what_it_is(tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_material(tmp_path / name)


def test_text_that_starts_like_a_zip_file_is_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("PKU is rare. PK.")
    assert read_material(tmp_path / "a.txt") == "PKU is rare. PK."


@pytest.mark.parametrize(("data", "module"), [(docx(DOCX), "mammoth"), (odt(ODT), "odfdo")])
def test_without_the_extra_a_sentence_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, module: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    (tmp_path / "rivers").write_bytes(data)
    with pytest.raises(ValueError, match=re.escape(f"with {install_line('material')} and try again")):
        read_material(tmp_path / "rivers")


def test_what_a_library_reads_is_kept_until_the_file_or_a_program_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = iter(["one", "two\n\r\u2028", "", "four"])

    def read(data: bytes) -> str:
        return _kept.kept_text(tmp_path / "a.pdf", data, lambda: next(texts))

    assert [read(each) for each in (b"a", b"a", b"b", b"b")] == ["one", "one", "two\n\r\u2028", "two\n\r\u2028"]
    monkeypatch.setattr(_kept, "version", lambda library: f"a newer {library}")
    assert [read(b"b"), read(b"b"), read(b"a")] == ["", "", "four"]


def test_a_kept_text_is_what_the_library_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rivers.html"
    path.write_text("<h1>Rivers</h1><p>The Nile &amp; the \xdf.<p>10<sup>2</sup>", "utf-8")
    text = read_material(path)
    monkeypatch.setattr("markdownify.MarkdownConverter.convert_soup", None)
    assert read_material(path) == text
