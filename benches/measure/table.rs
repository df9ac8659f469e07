//! The table of a bench: each operation on the small and on the large book, beside the bare statement and
//! its limit; and the same as a chart.

use std::time::Duration;

use super::{Samples, said};

/// Columns of the longest bar.
const BAR: usize = 60;

/// A limit of an operation on the large book.
#[derive(Clone, Copy)]
pub enum Limit {
    /// At that percentile.
    At(usize, Duration),
    /// None: shown for comparison.
    None,
}

/// What was measured of one operation on one book.
pub struct Measured {
    pub name: &'static str,
    pub ours: Samples,
    pub bare: Option<Samples>,
    pub limit: Limit,
}

impl Measured {
    pub fn new(name: &'static str, ours: Samples, bare: Option<Samples>, limit: Limit) -> Self {
        Self { name, ours, bare, limit }
    }

    /// Ours and the bare statement at a percentile.
    fn ratio(&self, percent: usize) -> Option<f64> {
        let bare = self.bare.as_ref()?.at(percent).as_secs_f64();
        Some(self.ours.at(percent).as_secs_f64() / bare.max(f64::EPSILON))
    }
}

/// Prints the table and the chart, and notes the limits that were missed.
pub fn print(sizes: [u32; 2], small: &[Measured], large: &[Measured], missed: &mut Vec<String>) {
    let [few, many] = sizes;
    println!(
        "\n| | samples | {few}: p50 | p99 | {many}: least | p50 | p99 | grows | bare p50 | p99 | ours : bare | limit |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (small, large) in small.iter().zip(large) {
        let grows = large.ours.at(50).as_secs_f64() / small.ours.at(50).as_secs_f64().max(f64::EPSILON);
        let bare = |percent| large.bare.as_ref().map_or_else(String::new, |bare| said(bare.at(percent)));
        let ratio = large.ratio(50).map_or_else(String::new, |ratio| format!("{ratio:.1}×"));
        let limit = match large.limit {
            Limit::At(percent, limit) => {
                large.ours.holds(percent, limit, missed, large.name);
                let holds = large.ours.at(percent) <= limit;
                format!("p{percent} {} {}", said(limit), if holds { "holds" } else { "**missed**" })
            }
            Limit::None => String::new(),
        };
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {grows:.1}× | {} | {} | {ratio} | {limit} |",
            large.name,
            large.ours.len(),
            said(small.ours.at(50)),
            said(small.ours.at(99)),
            said(large.ours.at(0)),
            said(large.ours.at(50)),
            said(large.ours.at(99)),
            bare(50),
            bare(99),
        );
    }
    chart(sizes, small, large);
}

/// Bars of the medians, each column twice as long as the one before.
fn chart([few, many]: [u32; 2], small: &[Measured], large: &[Measured]) {
    let columns = large.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    println!("\n```text\nmedian, each three columns twice as long; o {few} cases, # {many} cases\n");
    for (small, large) in small.iter().zip(large) {
        for (name, sign, samples) in [(large.name, 'o', &small.ours), ("", '#', &large.ours)] {
            let half = samples.at(50);
            let micros = (half.as_secs_f64() * 1e6).max(1.0);
            let bar = ((micros.log2() * 3.0).round() as usize).clamp(1, BAR);
            println!("{name:<columns$} {} {}", String::from(sign).repeat(bar), said(half));
        }
    }
    println!("```");
}
