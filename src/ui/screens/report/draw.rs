//! Drawing one section of a report: a chart, and its table with a bar beside each row.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Chart as Drawn, Dataset, GraphType};

use crate::desk::report::{Cell, Chart, Section, Value};
use crate::text::report::{headings, label, row_name, value};
use crate::text::shown::Reader;
use crate::text::width::{Align, fit, pad, width};
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::screens::list::List;
use crate::ui::theme::Role;

/// Most columns of text that the names of the rows get.
const NAME_MOST: usize = 26;
/// From so many rows of the terminal on a chart stands above its table.
const ROOM_FOR_CHART: u16 = 16;
/// Rows of a chart.
const CHART: u16 = 9;
/// The lines of a chart, told apart by their colours; their names stand above in the same.
const LINES: [Role; 6] = [Role::Accent, Role::DueSoon, Role::Waiting, Role::Overdue, Role::Done, Role::Text];

/// A line of a chart: its name, and its numbers along the time.
type Named = (String, Vec<f64>);

/// Where the numbers of a section stand.
pub(super) struct Place<'a> {
    pub list: &'a mut List,
    /// The chosen column of numbers.
    pub column: usize,
    /// The first column in sight.
    pub first: &'a mut usize,
    /// Whether the table takes the keys.
    pub focused: bool,
}

/// Draws a section into an area without a frame.
pub(super) fn section(frame: &mut Frame, area: Rect, look: &Look, one: &Section, mut place: Place) {
    let reader = Reader { lang: look.lang, now: look.now, settings: look.settings };
    let mut body = area;
    if area.height >= ROOM_FOR_CHART {
        let above = Rect { height: CHART, ..area };
        if chart(frame, above, look, one, &reader) {
            body = Rect { y: area.y + CHART, height: area.height - CHART, ..area };
        }
    }
    table(frame, body, look, one, &reader, &mut place);
}

/// Draws lines over time where the section has some. `false` where there is nothing to draw.
fn chart(frame: &mut Frame, area: Rect, look: &Look, one: &Section, reader: &Reader) -> bool {
    let (lines, ends): (Vec<Named>, (String, String)) = match one.chart {
        Chart::Lines(count) if one.rows.len() > 1 => {
            let numbers = |at: usize| {
                let cells = one.rows.iter().filter_map(|row| row.cells.get(at));
                cells.map(|cell| cell.value.number().unwrap_or(0.0)).collect()
            };
            let lines = one.columns.iter().take(count).enumerate();
            let lines = lines.map(|(at, column)| (label(column, reader), numbers(at))).collect();
            let end = |row: Option<&crate::desk::report::Row>| {
                row.map(|row| label(&row.label, reader)).unwrap_or_default()
            };
            (lines, (end(one.rows.first()), end(one.rows.last())))
        }
        Chart::Across => {
            let shares = one
                .rows
                .iter()
                .filter(|row| row.cells.iter().any(|cell| matches!(cell.value, Value::Percent(_))));
            let along = one.columns.len().saturating_sub(1);
            let lines = shares.map(|row| {
                let cells = row.cells.iter().take(along);
                let numbers = cells.filter_map(|cell| cell.value.number()).collect();
                (label(&row.label, reader), numbers)
            });
            let end =
                |at: Option<&crate::desk::report::Label>| at.map(|at| label(at, reader)).unwrap_or_default();
            (lines.collect(), (end(one.columns.first()), end(one.columns.get(along.saturating_sub(1)))))
        }
        _ => return false,
    };
    let points: Vec<Vec<(f64, f64)>> = lines
        .iter()
        .map(|(_, numbers)| numbers.iter().enumerate().map(|(x, y)| (x as f64, *y)).collect())
        .collect();
    let length = points.iter().map(Vec::len).max().unwrap_or(0);
    if length < 2 {
        return false;
    }
    let all = points.iter().flatten().map(|(_, y)| *y);
    let most = all.clone().fold(1.0_f64, f64::max);
    // Shares lie close together near a hundred: their axis begins below the least of them.
    let shares = one.chart == Chart::Across;
    let least = if shares { ((all.fold(most, f64::min) - 5.0) / 10.0).floor().max(0.0) * 10.0 } else { 0.0 };
    let style = |at: usize| look.theme.style(LINES[at % LINES.len()]);
    let mut names = vec![Span::raw(" ")];
    for (at, (name, _)) in lines.iter().enumerate() {
        names.push(Span::styled(format!("{name}  "), style(at)));
    }
    frame.render_widget(Line::from(names), Rect { height: 1, ..area });
    let sets = points
        .iter()
        .enumerate()
        .map(|(at, points)| {
            Dataset::default()
                .marker(Marker::Braille)
                .graph_type(GraphType::Line)
                .style(style(at))
                .data(points)
        })
        .collect();
    let dim = look.theme.style(Role::Dim);
    let chart = Drawn::new(sets)
        .style(look.theme.style(Role::Text))
        .legend_position(None)
        .x_axis(Axis::default().style(dim).bounds([0.0, (length - 1) as f64]).labels([ends.0, ends.1]))
        .y_axis(
            Axis::default()
                .style(dim)
                .bounds([least, most])
                .labels([format!("{least:.0}"), format!("{most:.0}")]),
        );
    frame.render_widget(chart, Rect { y: area.y + 1, height: area.height - 1, ..area });
    true
}

/// The widths of the columns, that of the names first.
fn widths(one: &Section, reader: &Reader, names: usize) -> Vec<usize> {
    let headings = headings(one, reader);
    let heat = one.chart == Chart::Heat;
    let column = |at: usize| {
        let cells = one.rows.iter().filter_map(|row| row.cells.get(at));
        let widest = cells.map(|cell| width(&value(cell.value, reader.lang))).max().unwrap_or(0);
        let heading = width(&headings[at + 1]).min(if heat { 4 } else { 12 });
        widest.max(heading) + if heat { 1 } else { 2 }
    };
    std::iter::once(names).chain((0..one.columns.len()).map(column)).collect()
}

fn table(frame: &mut Frame, area: Rect, look: &Look, one: &Section, reader: &Reader, place: &mut Place) {
    if area.height < 2 {
        return;
    }
    if one.rows.is_empty() {
        parts::centred(frame, area, look, &crate::text::lang::t(look.lang, "report.nothing", &[]));
        return;
    }
    let names = one.rows.iter().map(|row| width(&row_name(row, reader)));
    let first_heading = headings(one, reader).first().map_or(0, |heading| width(heading));
    let names = names.max().unwrap_or(0).max(first_heading).min(NAME_MOST) + 1;
    let widths = widths(one, reader, names);
    let room = usize::from(area.width).saturating_sub(names + 2);
    // The chosen column stays in sight.
    let from = {
        let fits = |from: usize| widths[from + 1..=place.column + 1].iter().sum::<usize>() <= room;
        let mut from = (*place.first).min(place.column);
        while from < place.column && !fits(from) {
            from += 1;
        }
        *place.first = from;
        from
    };
    let mut shown = Vec::new();
    let mut used = 0;
    for at in from..one.columns.len() {
        if used + widths[at + 1] > room {
            break;
        }
        used += widths[at + 1];
        shown.push(at);
    }
    let text = headings(one, reader);
    let dim = look.theme.style(Role::Dim);
    let mut heading = vec![Span::styled(format!(" {}", pad(&fit(&text[0], names), names, Align::Left)), dim)];
    for at in &shown {
        let cols = widths[at + 1];
        heading.push(Span::styled(pad(&fit(&text[at + 1], cols - 1), cols, Align::Right), dim));
    }
    frame.render_widget(Line::from(heading), Rect { height: 1, ..area });
    let bars = match one.chart {
        Chart::Bars(column) => Some((column, most(one, column))),
        _ => None,
    };
    let bar_room = usize::from(area.width).saturating_sub(names + used + 3);
    let greatest = heat_most(one);
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    for (y, index) in place.list.window(body).enumerate() {
        let row = &one.rows[index];
        let chosen = place.focused && place.list.selected() == Some(index);
        let name_role = if row.sums { Role::Title } else { Role::Text };
        let name = pad(&fit(&row_name(row, reader), names), names, Align::Left);
        let mark = if chosen { "\u{258c}" } else { " " };
        let mut spans = vec![Span::raw(mark), Span::styled(name, look.theme.style(name_role))];
        for at in &shown {
            let Some(cell) = row.cells.get(*at) else { continue };
            let cols = widths[at + 1];
            let text = pad(&value(cell.value, look.lang), cols, Align::Right);
            let style = if chosen && *at == place.column {
                parts::chosen(Line::raw(""), look).style.patch(look.theme.style(Role::Selected))
            } else {
                cell_style(
                    cell,
                    one.chart == Chart::Heat && !row.sums && at + 1 < one.columns.len(),
                    greatest,
                    look,
                )
            };
            spans.push(Span::styled(text, style));
        }
        if let Some((column, most)) = bars
            && bar_room > 6
            && !row.sums
            && let Some(number) = row.cells.get(column).and_then(|cell| cell.value.number())
        {
            spans.push(Span::raw("  "));
            spans.push(Span::styled(bar(number / most, bar_room - 2), look.theme.style(Role::Accent)));
        }
        frame.render_widget(Line::from(spans), Rect { y: body.y + y as u16, height: 1, ..body });
    }
}

/// The greatest number of a column, sums left out; never 0.
fn most(one: &Section, column: usize) -> f64 {
    let rows = one.rows.iter().filter(|row| !row.sums);
    let numbers = rows.filter_map(|row| row.cells.get(column)?.value.number());
    numbers.fold(1.0, f64::max)
}

/// The greatest number of a table by weekday and hour, sums left out; never 0.
fn heat_most(one: &Section) -> f64 {
    let hours = one.columns.len().saturating_sub(1);
    let rows = one.rows.iter().filter(|row| !row.sums);
    let numbers = rows.flat_map(|row| row.cells.iter().take(hours)).filter_map(|cell| cell.value.number());
    numbers.fold(1.0, f64::max)
}

/// How a number looks: busy hours stand out, a missed target too.
fn cell_style(cell: &Cell, heat: bool, greatest: f64, look: &Look) -> Style {
    let role = match (cell.value, cell.value.number()) {
        (Value::Verdict(met), _) => {
            if met {
                Role::Done
            } else {
                Role::Overdue
            }
        }
        (Value::Nothing, _) | (_, Some(0.0)) => Role::Dim,
        (_, Some(number)) if heat => match number / greatest {
            share if share > 0.75 => Role::Overdue,
            share if share > 0.5 => Role::DueSoon,
            share if share > 0.25 => Role::Accent,
            _ => Role::Text,
        },
        _ => Role::Text,
    };
    look.theme.style(role)
}

/// A bar of that share of the room, in eighths of a column.
fn bar(share: f64, room: usize) -> String {
    const EIGHTHS: [&str; 8] =
        ["", "\u{258f}", "\u{258e}", "\u{258d}", "\u{258c}", "\u{258b}", "\u{258a}", "\u{2589}"];
    let eighths = (share.clamp(0.0, 1.0) * room as f64 * 8.0).round() as usize;
    format!("{}{}", "\u{2588}".repeat(eighths / 8), EIGHTHS[eighths % 8])
}
