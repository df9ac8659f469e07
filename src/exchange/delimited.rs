//! Text with separators: `.csv` and its like.

use encoding_rs::{Encoding, GB18030};

use super::sheet::{COLUMNS_MAX, Cell, Sheet, SheetRow};

/// Reads text in UTF-8 (with its mark or without), UTF-16 with its mark, or GB18030.
///
/// The error is the last part of the key of a sentence.
pub(super) fn read(bytes: &[u8]) -> Result<Sheet, &'static str> {
    let text = decode(bytes)?;
    if text.contains('\0') {
        return Err("not_spreadsheet");
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    // A spreadsheet counts a row once, however many lines its texts have.
    let mut inner_lines = 0;
    for record in reader.records() {
        let record = record.map_err(|_| "damaged")?;
        let line = record.position().map_or(0, |start| line_of(start, text.as_bytes()));
        let number = u32::try_from(line - inner_lines.min(line)).unwrap_or(u32::MAX);
        inner_lines += record.iter().map(|field| field.matches('\n').count() as u64).sum::<u64>();
        let cells: Vec<Cell> =
            record.iter().take(COLUMNS_MAX).map(|field| Cell::text(unquoted(field))).collect();
        let row = SheetRow { number, cells };
        if !row.is_blank() {
            rows.push(row);
        }
    }
    Ok(Sheet { name: String::new(), rows, merges_unknown: false })
}

/// The line on which a record stands; its position is before the blank lines above it.
fn line_of(start: &csv::Position, text: &[u8]) -> u64 {
    let before = text.get(start.byte() as usize..).unwrap_or_default();
    let blank = before.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    start.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

fn decode(bytes: &[u8]) -> Result<String, &'static str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, faulty) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return if faulty { Err("encoding") } else { Ok(text.into_owned()) };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let (text, faulty) = GB18030.decode_without_bom_handling(bytes);
    if faulty { Err("encoding") } else { Ok(text.into_owned()) }
}

/// The separator that the first lines have most of, outside of quotation marks.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    let mut lines = 0;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                lines += 1;
                if lines == 20 {
                    break;
                }
            }
            _ if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // The first of equals: a comma where there is none at all.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| *separator)
}

/// A cell written as `="13800005678"` or `'1501`, which keeps a spreadsheet from making it a number.
fn unquoted(field: &str) -> &str {
    let field = field.trim();
    field
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .or_else(|| field.strip_prefix('\''))
        .unwrap_or(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let sheet = read(bytes).unwrap();
        sheet
            .rows
            .into_iter()
            .map(|row| (row.number, row.cells.into_iter().map(|cell| cell.text).collect()))
            .collect()
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_counts_them() {
        let csv = "房号,备注\n\n3-2-1501,\"两行\n字\"\n\n3-2-1502,无\n";
        let rows = texts(csv.as_bytes());
        assert_eq!(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 3, 5]);
        assert_eq!(rows[1].1, ["3-2-1501", "两行\n字"]);
    }

    #[test]
    fn encodings_and_separators_are_found() {
        let plain = "房号,姓名\n3-2-1501,张建国\n";
        let expected = texts(plain.as_bytes());
        let (gb, _, _) = GB18030.encode(plain);
        assert_ne!(&*gb, plain.as_bytes());
        assert_eq!(texts(&gb), expected);
        assert_eq!(texts(format!("\u{feff}{plain}").as_bytes()), expected);
        let utf16: Vec<u8> =
            std::iter::once(0xfeff).chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(texts(&utf16), expected);
        for separator in [";", "\t"] {
            assert_eq!(texts(plain.replace(',', separator).as_bytes()), expected, "{separator:?}");
        }
        assert_eq!(texts(plain.replace('\n', "\r\n").as_bytes()), expected);
        assert_eq!(texts("a;b\n\"x,y,z,w\";1\n".as_bytes())[1].1, ["x,y,z,w", "1"]);
        assert_eq!(texts("a,b\n=\"1380\",'1501\n".as_bytes())[1].1, ["1380", "1501"]);
        assert_eq!(read(b"\xff\xff\xfe,\x80\x80\n").unwrap_err(), "encoding");
    }
}
