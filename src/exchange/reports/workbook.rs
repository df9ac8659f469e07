//! A report as a workbook: a sheet for each section, with a chart where there is something to see.

use rust_xlsxwriter::{
    Chart as Drawn, ChartDataLabel, ChartFormat, ChartLegendPosition, ChartLine, ChartSolidFill, ChartType,
    ConditionalFormat2ColorScale, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook,
    Worksheet, XlsxError,
};

use super::Units;
use crate::desk::report::{Chart, Report, Row, Section, Value};
use crate::text::lang::t;
use crate::text::report::{as_of, section, sentence, title, value};
use crate::text::shown::Reader;
use crate::text::width::width;

/// The row of the headings: above it stand the title and as of when it is.
const HEAD: u32 = 2;
/// Columns of text that the widest name gets.
const NAME_MOST: usize = 44;
/// Longest name of a sheet that spreadsheets take.
const SHEET_NAME: usize = 31;
/// Colours of the lines and bars, as on paper.
const COLOURS: [&str; 8] =
    ["#2F6F9F", "#D9822B", "#3D8B5F", "#B23A48", "#7A5C9E", "#5B8E9E", "#9A7B2F", "#6B6B6B"];

struct Formats {
    title: Format,
    dim: Format,
    head: Format,
    name: Format,
    part: Format,
    sum: Format,
    number: Format,
    percent: Format,
    hundredths: Format,
    change: Format,
    text: Format,
    missed: Format,
}

impl Formats {
    fn new() -> Self {
        let right = Format::new().set_align(FormatAlign::Right);
        Self {
            title: Format::new().set_bold().set_font_size(14),
            dim: Format::new().set_font_color("#666666"),
            head: Format::new()
                .set_bold()
                .set_background_color("#E8EEF4")
                .set_border_bottom(FormatBorder::Thin)
                .set_align(FormatAlign::Center)
                .set_text_wrap(),
            name: Format::new(),
            part: Format::new().set_indent(1),
            sum: Format::new().set_bold().set_border_top(FormatBorder::Thin),
            number: Format::new().set_num_format("0"),
            percent: Format::new().set_num_format("0%"),
            hundredths: Format::new().set_num_format("0.00"),
            change: Format::new().set_num_format("+0;-0;0"),
            text: right.clone(),
            missed: right.set_font_color("#B00020").set_bold(),
        }
    }

    fn of(&self, value: Value, sums: bool) -> Format {
        let format = match value {
            Value::Count(_) | Value::Minutes(_) => &self.number,
            Value::Percent(_) | Value::Target(_) => &self.percent,
            Value::Hundredths(_) => &self.hundredths,
            Value::Change(_) | Value::Longer(_) | Value::Points(_) => &self.change,
            Value::Verdict(false) => &self.missed,
            Value::Nothing | Value::Verdict(true) => &self.text,
        };
        if sums { format.clone().set_bold().set_border_top(FormatBorder::Thin) } else { format.clone() }
    }
}

/// The report as the bytes of an `.xlsx` file. What came from outside is written as text: nothing in it
/// is a formula.
///
/// # Errors
/// The workbook can't be made.
pub fn workbook(report: &Report, reader: &Reader) -> Result<Vec<u8>, XlsxError> {
    let formats = Formats::new();
    let mut book = Workbook::new();
    // What it says about itself comes from the report, not from the clock: the same report is the same file.
    let made = ExcelDateTime::from_timestamp(report.at.timestamp())?;
    book.set_properties(
        &DocProperties::new().set_title(title(report, reader.lang)).set_creation_datetime(&made),
    );
    summary(book.add_worksheet(), report, reader, &formats)?;
    for one in &report.sections {
        let sheet = book.add_worksheet();
        table(sheet, report, one, reader, &formats)?;
    }
    book.save_to_buffer()
}

fn sheet_name(words: &str) -> String {
    let fit = |c: char| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') { ' ' } else { c };
    words.chars().map(fit).take(SHEET_NAME).collect()
}

fn summary(
    sheet: &mut Worksheet,
    report: &Report,
    reader: &Reader,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_name(sheet_name(&t(reader.lang, "report.summary", &[])))?;
    sheet.write_string_with_format(0, 0, title(report, reader.lang), &formats.title)?;
    sheet.write_string_with_format(1, 0, as_of(report, reader), &formats.dim)?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (row, said) in (HEAD + 1..).zip(&report.summary) {
        let format = if said.worse { wrapped.clone().set_font_color("#B00020") } else { wrapped.clone() };
        sheet.write_string_with_format(row, 0, sentence(said, reader), &format)?;
    }
    sheet.set_column_width(0, 90)?;
    set_page(sheet);
    Ok(())
}

/// One page, table and chart beside each other.
fn set_page(sheet: &mut Worksheet) {
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 1);
}

fn table(
    sheet: &mut Worksheet,
    report: &Report,
    one: &Section,
    reader: &Reader,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let name = sheet_name(&section(one, reader.lang));
    sheet.set_name(&name)?;
    sheet.write_string_with_format(0, 0, section(one, reader.lang), &formats.title)?;
    let about = format!("{}  {}", title(report, reader.lang), as_of(report, reader));
    sheet.write_string_with_format(1, 0, about, &formats.dim)?;
    set_page(sheet);
    if one.rows.is_empty() {
        sheet.write_string(HEAD, 0, t(reader.lang, "report.nothing", &[]))?;
        sheet.set_column_width(0, 30)?;
        return Ok(());
    }
    let units = Units::of(one);
    let headings = units.headings(one, reader);
    let heat = one.chart == Chart::Heat;
    for (column, heading) in (0_u16..).zip(&headings) {
        sheet.write_string_with_format(HEAD, column, heading, &formats.head)?;
        // A wide character takes two columns; a narrow column breaks its heading instead.
        let columns = if heat && column > 0 { 5.0 } else { (width(heading) as f64 + 3.0).clamp(9.0, 18.0) };
        sheet.set_column_width(column, columns)?;
    }
    let mut widest = width(headings.first().map_or("", String::as_str));
    for (at, row) in (HEAD + 1..).zip(&one.rows) {
        let name = units.row_name(row, reader);
        widest = widest.max(width(&name));
        let format = match (row.sums, row.depth) {
            (true, _) => &formats.sum,
            (false, 0) => &formats.name,
            (false, _) => &formats.part,
        };
        sheet.write_string_with_format(at, 0, name.trim_start(), format)?;
        for (column, cell) in (1_u16..).zip(&row.cells) {
            let format = formats.of(cell.value, row.sums);
            match (cell.value, cell.value.number()) {
                // A share of a hundred is a number below one to a spreadsheet.
                (Value::Percent(_) | Value::Target(_), Some(n)) => {
                    sheet.write_number_with_format(at, column, n / 100.0, &format)?
                }
                (_, Some(n)) => sheet.write_number_with_format(at, column, n, &format)?,
                (other, None) => {
                    sheet.write_string_with_format(at, column, value(other, reader.lang), &format)?
                }
            };
        }
    }
    sheet.set_column_width(0, (widest.min(NAME_MOST) + 3) as f64)?;
    sheet.set_freeze_panes(HEAD + 1, 1)?;
    sheet.set_repeat_rows(HEAD, HEAD)?;
    draw(sheet, &name, one)
}

/// The rows that are drawn: those that sum up no others. Only neighbours can be drawn as one range.
fn drawn(rows: &[Row]) -> usize {
    rows.iter().take_while(|row| !row.sums).count()
}

/// The chart of a section, to the right of its table.
fn draw(sheet: &mut Worksheet, name: &str, one: &Section) -> Result<(), XlsxError> {
    let count = drawn(&one.rows);
    if count == 0 {
        return Ok(());
    }
    let (first, last) = (HEAD + 1, HEAD + count as u32);
    let columns = one.columns.len() as u16;
    let place = |sheet: &mut Worksheet, chart: &mut Drawn, height: u32| -> Result<(), XlsxError> {
        chart.set_width(760).set_height(height);
        sheet.insert_chart(HEAD, columns + 2, chart)?;
        Ok(())
    };
    match one.chart {
        Chart::None => {}
        Chart::Heat => {
            let scale =
                ConditionalFormat2ColorScale::new().set_minimum_color("FFFFFF").set_maximum_color("2F6F9F");
            sheet.add_conditional_format(first, 1, last, columns - 1, &scale)?;
            // The sum of the week by the hour, as columns.
            let sums = HEAD + one.rows.len() as u32;
            let mut chart = Drawn::new(ChartType::Column);
            chart
                .add_series()
                .set_categories((name, HEAD, 1, HEAD, columns - 1))
                .set_values((name, sums, 1, sums, columns - 1))
                .set_format(&mut filled())
                .set_gap(40);
            chart.legend().set_hidden();
            place(sheet, &mut chart, 300)?;
        }
        Chart::Bars(column) => {
            let at = column as u16 + 1;
            let mut chart = Drawn::new(ChartType::Bar);
            chart
                .add_series()
                .set_name((name, HEAD, at))
                .set_categories((name, first, 0, last, 0))
                .set_values((name, first, at, last, at))
                .set_format(&mut filled())
                .set_data_label(ChartDataLabel::new().show_value())
                .set_gap(50);
            chart.legend().set_hidden();
            // The first row on top, as in the table.
            chart.y_axis().set_reverse();
            if one.rows.iter().any(|row| matches!(row.cells[column].value, Value::Percent(_))) {
                chart.x_axis().set_min(0.0).set_max(1.0);
            }
            place(sheet, &mut chart, (count as u32 * 26 + 90).clamp(200, 900))?;
        }
        Chart::Lines(lines) => {
            let mut chart = Drawn::new(ChartType::Line);
            for line in 0..lines as u16 {
                chart
                    .add_series()
                    .set_name((name, HEAD, line + 1))
                    .set_categories((name, first, 0, last, 0))
                    .set_values((name, first, line + 1, last, line + 1))
                    .set_format(&mut coloured(usize::from(line)));
            }
            chart.legend().set_position(ChartLegendPosition::Bottom);
            place(sheet, &mut chart, 340)?;
        }
        Chart::Across => {
            // Shares only: numbers of cases and minutes are of another size.
            let mut chart = Drawn::new(ChartType::Line);
            let is_share = |row: &Row| row.cells.iter().any(|cell| matches!(cell.value, Value::Percent(_)));
            for (line, (at, _)) in (first..).zip(&one.rows).filter(|(_, row)| is_share(row)).enumerate() {
                chart
                    .add_series()
                    .set_name((name, at, 0))
                    .set_categories((name, HEAD, 1, HEAD, columns - 1))
                    .set_values((name, at, 1, at, columns - 1))
                    .set_format(&mut coloured(line));
            }
            if one.rows.iter().any(is_share) {
                chart.legend().set_position(ChartLegendPosition::Bottom);
                chart.y_axis().set_max(1.0);
                place(sheet, &mut chart, 340)?;
            }
        }
    }
    Ok(())
}

fn coloured(line: usize) -> ChartFormat {
    let mut format = ChartFormat::new();
    format.set_line(ChartLine::new().set_color(COLOURS[line % COLOURS.len()]).set_width(2.25));
    format
}

fn filled() -> ChartFormat {
    let mut format = ChartFormat::new();
    format.set_solid_fill(ChartSolidFill::new().set_color(COLOURS[0]));
    format
}
