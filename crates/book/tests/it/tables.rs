//! Tables: rows are said with their headers.

use crate::fixture::{SENTENCE, paragraphs, read_bytes};

/// What is read of the rows of a table.
fn rows(name: &str, table: &str) -> Vec<String> {
    let page = if name == "a.html" {
        format!("<h2>One</h2><table>{table}</table>{}", paragraphs(3))
    } else {
        format!(
            "<?xml version='1.0'?><office:document office:mimetype='application/vnd.oasis.opendocument.text'><office:body><office:text>\
             <text:h>One</text:h><table:table>{table}</table:table><text:p>{SENTENCE}</text:p></office:text></office:body></office:document>"
        )
    };
    let book = read_bytes(name, page.as_bytes()).unwrap();
    let blocks = book.chapters[0].blocks.iter().skip(1);
    let rows = blocks.map(|block| block.text.clone());
    rows.take_while(|text| !text.starts_with(SENTENCE))
        .collect()
}

fn html(table: &str) -> Vec<String> {
    rows("a.html", table)
}

#[test]
fn a_cell_over_several_rows_is_said_in_each() {
    let head = "<tr><th>Region</th><th>City</th><th>People</th></tr>";
    let spanned = "<tr><td rowspan='2'>North</td><td>Ulm</td><td>5</td></tr><tr><td>Bonn</td><td>7</td></tr>\
        <tr><td>South</td><td>Rom</td><td rowspan='0'>9</td></tr><tr><td>East</td><td>Wien</td></tr>";
    assert_eq!(
        html(&format!(
            "<thead>{head}</thead><tbody>{spanned}</tbody><tbody><tr><td>West</td><td>Paris</td></tr></tbody>"
        )),
        [
            "Region: North; City: Ulm; People: 5",
            "Region: North; City: Bonn; People: 7",
            "Region: South; City: Rom; People: 9",
            "Region: East; City: Wien; People: 9",
            "Region: West; City: Paris",
        ]
    );
    let cell = |span: &str, text: &str| {
        format!("<table:table-cell{span}><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |cells: &str| format!("<table:table-row>{cells}</table:table-row>");
    let head = row(&(cell("", "Region") + &cell("", "City")));
    let first = cell(" table:number-rows-spanned='2'", "North") + &cell("", "Ulm");
    let second = format!("<table:covered-table-cell/>{}", cell("", "Bonn"));
    let table = format!(
        "<table:table-header-rows>{head}</table:table-header-rows>{}{}",
        row(&first),
        row(&second)
    );
    assert_eq!(
        rows("a.fodt", &table),
        ["Region: North; City: Ulm", "Region: North; City: Bonn"]
    );
}

#[test]
fn headers_in_two_rows_belong_together() {
    assert_eq!(
        html(
            "<tr><th rowspan='2'>Name</th><th colspan='2'>Score</th></tr><tr><th>May</th><th>June</th></tr>\
             <tr><td>Ada</td><td>3</td><td>4</td></tr>"
        ),
        ["Name: Ada; Score May: 3; Score June: 4"]
    );
}

#[test]
fn headers_of_rows_that_are_no_line_are_said_in_front_of_them() {
    let head = "<tr><th>Name</th><th>Age</th></tr>";
    assert_eq!(
        html(&format!("{head}<tr><td colspan='2'>Nobody came.</td></tr>")),
        ["Name, Age", "Nobody came."]
    );
    let long = "Ada wrote. ".repeat(50);
    let long = long.trim();
    assert_eq!(
        html(&format!("{head}<tr><td>{long}</td><td>36</td></tr>")),
        ["Name, Age", long, "36"]
    );
}
