use super::*;
use crate::{Column, Rows};

const COLUMNS: [Column; 2] = [Column { key: "a", title: "First, last" }, Column { key: "b", title: "B" }];

fn written(rows: Vec<Vec<Cell>>) -> String {
    let mut out = Vec::new();
    let expected = rows.len() as u64;
    assert_eq!(write(&mut Rows::new(&COLUMNS, rows), &mut out).unwrap(), expected);
    String::from_utf8(out).unwrap()
}

#[test]
fn an_empty_table_still_has_its_titles() {
    assert_eq!(written(vec![]), "\u{feff}\"First, last\",B\r\n");
}

#[test]
fn quotes_only_where_needed() {
    let text = written(vec![
        vec!["plain".into(), "say \"hi\"".into()],
        vec!["two\nlines".into(), Cell::Empty],
        vec![Cell::Time(0), Cell::Bool(false)],
        vec![Cell::Integer(-7), Cell::Number(0.5)],
    ]);
    let body = text.split_once("\r\n").unwrap().1;
    assert_eq!(body, "plain,\"say \"\"hi\"\"\"\r\n\"two\nlines\",\r\n1970-01-01T00:00:00Z,false\r\n-7,0.5\r\n");
}

#[test]
fn formulas_are_disarmed_and_phone_numbers_left_alone() {
    let cases = [
        ("=1+1", "\"'=1+1\""),
        ("@SUM(A1)", "\"'@SUM(A1)\""),
        ("+cmd|' /C calc'!A0", "\"'+cmd|' /C calc'!A0\""),
        ("-2+3+cmd", "\"'-2+3+cmd\""),
        ("\t=1", "\"'\t=1\""),
        ("+49 (30) 123-45", "+49 (30) 123-45"),
        ("-5", "-5"),
        ("a=b", "a=b"),
    ];
    for (given, expected) in cases {
        let text = written(vec![vec![given.into(), Cell::Empty]]);
        assert_eq!(text.split_once("\r\n").unwrap().1, format!("{expected},\r\n"), "{given}");
    }
}
