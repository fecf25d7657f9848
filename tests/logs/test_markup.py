"""HTML reports and XML documents: the right table or element, and nothing that is not shown."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pytest

from dga.errors import FeedError
from dga.logs import open_table, read_events
from dga.logs.events import SCHEMA

ASKED = ["www.garden-tools.com", "xkqzvbntwq.net", "mail.paper-boats.org"]
PAGE = (
    "<!DOCTYPE html><html><head><title>www.a-title.com</title>"
    "<script src='https://cdn.a-script.com/x'>var a = 'https://in-a-script.com'</script></head>"
    "<body><nav><a href='/'>www.our-shop.com</a></nav>{}</body></html>"
)  # fmt: skip


def events_of(text: str) -> list[dict[str, Any]]:
    events = read_events(io.BytesIO(text.encode()))
    return pa.Table.from_batches(list(events.batches()), SCHEMA).to_pylist()


def names_of(text: str) -> list[str]:
    return [event["query"] for event in events_of(text)]


def test_the_table_of_names_is_read_with_its_roles() -> None:
    row = (
        "<tr><td>2026-05-01 10:00:01</td><td>10.1.0.23</td>"
        "<td><a href='https://intel.a-vendor.com/?q=1'>{}</a></td><td>NXDOMAIN</td></tr>"
    )
    table = (
        "<table><tr><td>Report of</td><td>www.a-vendor.com</td></tr></table>"
        "<table><tr><th>Time<th>Client<th>Query<th>Rcode</tr>{}</table>"
    )
    found = events_of(PAGE.format(table.format("".join(map(row.format, ASKED)))))
    assert [event["query"] for event in found] == [*ASKED, "www.a-vendor.com"]
    *found, elsewhere = found
    assert {(event["client"], event["rcode"]) for event in found} == {("10.1.0.23", "NXDOMAIN")}
    assert {event["time"].isoformat() for event in found} == {"2026-05-01T10:00:01+00:00"}
    assert elsewhere["client"] is None and elsewhere["time"] is None


def test_names_outside_the_table_are_rows_behind_it_with_their_context() -> None:
    table = "<table><tr><th>domain</th><th>count</th></tr>{}</table><p>Later it asked for {}.</p>"
    cells = "".join(f"<tr><td>{name}</td><td>7</td></tr>" for name in ASKED[:2])
    with open_table(io.BytesIO(PAGE.format(table.format(cells, ASKED[2])).encode())) as log:
        rows = pa.concat_tables(log.chunks).to_pylist()
    assert [row["domain"] for row in rows] == ASKED
    assert [row["text"] for row in rows] == ["", "", f"Later it asked for {ASKED[2]}."]


def test_a_report_in_prose_gives_the_names_that_it_shows() -> None:
    items = "".join(f"<li>{name.replace('.', '[.]')}</li>" for name in ASKED)
    assert names_of(PAGE.format(f"<p>It asks for</p><ul>{items}</ul>")) == ASKED


def test_pages_of_one_table_are_joined() -> None:
    table = "<table><tr><th>domain</th><th>count</th></tr><tr><td>{}</td><td>7</td></tr></table>"
    assert names_of(PAGE.format("".join(map(table.format, ASKED)))) == ASKED


def test_a_page_without_names_is_refused_with_a_way_out() -> None:
    with pytest.raises(FeedError, match="a web page that shows no domain name; give CSV"):
        events_of(PAGE.format("<h1>404 Not Found</h1>"))


@pytest.mark.parametrize(
    "part", ["< ", "<a ", "<", "</", "<!", "<?", "<!--", "<a b='", "<svg>", "<p>"]
)
def test_what_does_not_end_neither_hangs_nor_hides_what_stood_before(part: str) -> None:
    assert names_of(PAGE.format(f"<p>{ASKED[0]} {part * 300_000}")) == ASKED[:1]


def test_a_row_with_fewer_cells_is_kept_and_a_title_is_none() -> None:
    table = (
        "<table><tr><td colspan=2>Report</td></tr><tr><th>domain</th><th>count</th></tr>"
        "<tr><td>{}</td><td>7</td></tr><tr><td>{}</td></tr><tr><td>{}</td><td>1 &lt; 2</td></tr>"
        "</table>"
    )
    assert names_of(PAGE.format(table.format(*ASKED))) == ASKED


def test_a_comment_a_script_and_a_nested_table_hide_no_name() -> None:
    inner = "<table><tr><td>inner</td></tr></table>"
    cells = "".join(f"<tr><td>{name}<!-- <td> -->{inner}</td></tr>" for name in ASKED)
    page = f"<script>'<td>www.in-a-script.com'</script><table>{cells}</table>"
    assert names_of(PAGE.format(page)) == ASKED


OPEN_IOC = (
    '<ioc xmlns="http://schemas.a-vendor.com/2010/ioc" id="7"><links><link rel="x">'
    "https://www.a-vendor.com/</link></links><definition><Indicator operator='OR'>{}</Indicator>"
    "</definition></ioc>",
    '<IndicatorItem condition="is"><Context search="DnsEntryItem/RecordName" type="mir"/>'
    '<Content type="string">{}</Content></IndicatorItem>',
)
PDML = (
    "<pdml>{}</pdml>",
    '<packet><proto name="ip"><field name="ip.src" show="10.1.0.23"/></proto><proto name="dns">'
    '<field name="Queries" show=""><field name="dns.qry.name" show="{}"/></field></proto></packet>',
)
SHEET = (
    "<Workbook><Worksheet><Table><Row><Cell><Data>Client</Data></Cell><Cell><Data>Query</Data>"
    "</Cell></Row>{}</Table></Worksheet></Workbook>",
    "<Row><Cell><Data>10.1.0.23</Data></Cell><Cell><Data>{}</Data></Cell></Row>",
)
ROWS = (
    "<queries server='ns1.corp.aureola.com'>{}</queries>",
    "<query><client>10.1.0.23</client><qname><![CDATA[{}]]></qname><alias>x</alias></query>",
)


@pytest.mark.parametrize("kind", [OPEN_IOC, PDML, SHEET, ROWS])
def test_the_elements_that_repeat_are_the_rows(kind: tuple[str, str]) -> None:
    around, row = kind
    text = '<?xml version="1.0" encoding="utf-8"?>\n' + around.format(
        "".join(map(row.format, ASKED))
    )
    found = events_of(text)
    assert [event["query"] for event in found] == ASKED
    if "10.1.0.23" in row:
        assert {event["client"] for event in found} == {"10.1.0.23"}


def test_a_document_on_one_line_keeps_all_its_rows() -> None:
    row = "<entry time='2026-05-01' client='10.1.0.23' query='{}'/>"
    text = f"<?xml version='1.0'?><log>{''.join(map(row.format, ASKED))}</log>"
    found = events_of(text)
    assert [(event["query"], event["client"]) for event in found] == [
        (name, "10.1.0.23") for name in ASKED
    ]


def test_more_rows_than_the_head_holds_stay_in_order() -> None:
    around, row = ROWS
    names = [f"name{at}.com" for at in range(30_000)]
    text = '<?xml version="1.0"?>' + around.format("".join(map(row.format, names)))
    assert names_of(text) == names


@pytest.mark.parametrize(
    "declared",
    ['<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;">', '<!ENTITY x SYSTEM "file:///etc/hosts">'],
)  # fmt: skip
def test_declared_entities_are_refused(declared: str) -> None:
    text = f'<?xml version="1.0"?><!DOCTYPE r [{declared}]><r><q>a-b.com</q><q>&b;</q></r>'
    with pytest.raises(FeedError, match="declares entities"):
        events_of(text)


@pytest.mark.parametrize("cut", [40, 80, 100])
def test_damaged_xml_is_told(cut: int) -> None:
    text = '<?xml version="1.0"?><r><q>a-b.com</q><q>c-d.net</q><q>e-f.org</q></r>'
    with pytest.raises(FeedError, match=r"damaged XML|web page or XML"):
        events_of(text[:cut] if cut < len(text) else text[:-4] + "</x>")


def test_deep_xml_is_refused() -> None:
    with pytest.raises(FeedError, match="nested more than"):
        events_of('<?xml version="1.0"?>' + "<a>" * 500)
