//! Markdown as a terminal shows it: headings, lists and strong words, everything else as plain text.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::plain::harmless_lines;
use super::width::{width, wrap};

/// How a piece of text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Not at all.
    Plain,
    /// As a heading.
    Heading,
    /// As strong words.
    Strong,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its text.
    pub text: String,
    /// How it stands out.
    pub weight: Weight,
}

/// The lines of a text in Markdown, broken to so many columns. A line break stays one, as the people
/// who typed it mean it; nothing in it reaches the terminal raw.
#[must_use]
pub fn lines(source: &str, columns: usize) -> Vec<Vec<Piece>> {
    let source = harmless_lines(source);
    let mut page = Page { columns: columns.max(8), ..Page::default() };
    for event in Parser::new(&source) {
        page.take(event);
    }
    page.flush();
    while page.lines.last().is_some_and(Vec::is_empty) {
        page.lines.pop();
    }
    page.lines
}

/// Lines under construction.
#[derive(Default)]
struct Page {
    columns: usize,
    lines: Vec<Vec<Piece>>,
    /// What stands on the line so far.
    text: Vec<(char, Weight)>,
    heading: bool,
    strong: usize,
    /// The lists it is in; of a numbered one the next number.
    lists: Vec<Option<u64>>,
    /// The mark of an item whose first line is still to come.
    lead: Option<String>,
    /// How far the lines of an item stand in.
    indent: usize,
}

impl Page {
    fn take(&mut self, event: Event) {
        match event {
            Event::Start(Tag::Heading { .. }) => self.heading = true,
            Event::End(TagEnd::Heading(_)) => {
                self.flush();
                self.heading = false;
            }
            Event::Start(Tag::Strong) => self.strong += 1,
            Event::End(TagEnd::Strong) => self.strong = self.strong.saturating_sub(1),
            Event::Start(Tag::List(first)) => {
                self.flush();
                self.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.indent = 0;
                    self.lines.push(Vec::new());
                }
            }
            Event::Start(Tag::Item) => self.begin_item(),
            Event::End(TagEnd::Item) | Event::SoftBreak | Event::HardBreak => self.flush(),
            Event::End(TagEnd::Paragraph | TagEnd::CodeBlock) => {
                self.flush();
                if self.lists.is_empty() {
                    self.lines.push(Vec::new());
                }
            }
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.add(&text);
            }
            _ => {}
        }
    }

    fn begin_item(&mut self) {
        self.flush();
        let within = 2 * self.lists.len().saturating_sub(1);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        };
        let lead = format!("{}{mark}", " ".repeat(within));
        self.indent = width(&lead);
        self.lead = Some(lead);
    }

    fn add(&mut self, text: &str) {
        let weight = match (self.heading, self.strong) {
            (true, _) => Weight::Heading,
            (false, 0) => Weight::Plain,
            (false, _) => Weight::Strong,
        };
        for (place, line) in text.split('\n').enumerate() {
            if place > 0 {
                self.flush();
            }
            self.text.extend(line.chars().map(|c| (c, weight)));
        }
    }

    /// Breaks what stands on the line so far and begins a new one.
    fn flush(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let plain: String = text.iter().map(|(c, _)| *c).collect();
        let mut rest = text.into_iter();
        for line in wrap(&plain, self.columns.saturating_sub(self.indent)) {
            let lead = self.lead.take().unwrap_or_else(|| " ".repeat(self.indent));
            let mut pieces = vec![Piece { text: lead, weight: Weight::Plain }];
            for c in line.chars() {
                // Blanks at a break were dropped.
                let Some((_, weight)) = rest.by_ref().find(|(own, _)| *own == c) else { break };
                match pieces.last_mut() {
                    Some(piece) if piece.weight == weight => piece.text.push(c),
                    _ => pieces.push(Piece { text: c.to_string(), weight }),
                }
            }
            pieces.retain(|piece| !piece.text.is_empty());
            self.lines.push(pieces);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(source: &str, columns: usize) -> Vec<String> {
        let text = |line: &Vec<Piece>| line.iter().map(|piece| piece.text.as_str()).collect::<String>();
        lines(source, columns).iter().map(text).collect()
    }

    #[test]
    fn headings_lists_and_strong_words_are_told_apart() {
        let source = "# 装修申请\n\n带**身份证**:\n\n1. 填表\n2. 交押金\n\n- 图纸\n  - 平面图\n";
        assert_eq!(
            plain(source, 40),
            ["装修申请", "带身份证:", "", "1. 填表", "2. 交押金", "", "- 图纸", "  - 平面图"]
        );
        let shown = lines(source, 40);
        assert_eq!(shown[0][0].weight, Weight::Heading);
        let strong: Vec<_> = shown[1].iter().filter(|piece| piece.weight == Weight::Strong).collect();
        assert_eq!(strong, [&Piece { text: "身份证".into(), weight: Weight::Strong }]);
    }

    #[test]
    fn lines_break_where_they_were_typed_and_where_the_room_ends() {
        assert_eq!(plain("上午\n下午", 20), ["上午", "下午"]);
        assert_eq!(plain("- one two three", 10), ["- one two", "  three"]);
        assert_eq!(plain("", 20), Vec::<String>::new());
        assert!(plain("\u{1b}[31mred", 20).concat().chars().all(|c| !c.is_control()));
    }
}
