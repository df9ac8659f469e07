//! What all targets share: a source of choices from one seed, texts that are nearly right, and the loop.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// Longer than this nobody waits for anything that was typed.
const HANG: Duration = Duration::from_secs(1);

fn seconds() -> u64 {
    std::env::var("QIANTAI_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// Choices that follow from a seed alone, so that what failed can be done again.
pub struct Dice(StdRng);

impl Dice {
    pub fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n.max(1))
    }

    pub fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A character: often one that means something here, seldom one from anywhere.
    pub fn char(&mut self) -> char {
        const TELLING: &[char] = &[
            '0',
            '1',
            '2',
            '9',
            '-',
            '/',
            ':',
            '.',
            '+',
            ' ',
            ',',
            '"',
            '\'',
            '=',
            '@',
            '%',
            '_',
            '*',
            '(',
            ')',
            '１',
            '３',
            '：',
            '－',
            '，',
            '。',
            '（',
            '\t',
            '\r',
            '\n',
            '\0',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{200b}',
            '\u{202e}',
            '\u{feff}',
            '\u{301}',
            'h',
            'm',
            'd',
            'A',
            'z',
            '年',
            '月',
            '日',
            '号',
            '栋',
            '单',
            '元',
            '室',
            '点',
            '半',
            '周',
            '明',
            '昨',
            '前',
            '后',
            '小',
            '时',
            '分',
            '零',
            '一',
            '十',
            '百',
            '万',
            '两',
            '张',
            '䶮',
            '𠮷',
            '\u{10ffff}',
        ];
        if self.below(6) > 0 {
            return *self.one_of(TELLING);
        }
        char::from_u32(self.0.random_range(0..0x0011_0000)).unwrap_or('\u{fffd}')
    }

    /// A text like one of these, with some characters taken out, put in, doubled or changed.
    pub fn like(&mut self, of: &[&str]) -> String {
        let mut text: Vec<char> = self.one_of(of).chars().collect();
        for _ in 0..self.below(5) {
            let at = self.below(text.len() + 1);
            match self.below(4) {
                0 if at < text.len() => drop(text.remove(at)),
                1 if at < text.len() => text[at] = self.char(),
                2 => {
                    let part = text[at..].iter().take(4).copied().collect::<Vec<_>>();
                    text.splice(at..at, part);
                }
                _ => text.insert(at, self.char()),
            }
        }
        if self.below(400) == 0 {
            // Somebody put a book on the keyboard.
            text = text.iter().cycle().take(text.len().min(1) * 50_000).copied().collect();
        }
        text.into_iter().collect()
    }

    /// The same bytes with some of them changed, cut or doubled.
    pub fn bitten(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len());
            match self.below(5) {
                0 => bytes.truncate(at),
                1 => {
                    let part: Vec<u8> = bytes[at.min(bytes.len())..].iter().take(64).copied().collect();
                    bytes.splice(at..at, part);
                }
                2 => drop(bytes.drain(at..(at + 9).min(bytes.len()))),
                _ if bytes.is_empty() => bytes.push(0),
                _ => bytes[at] = self.0.random_range(0..=255),
            }
        }
        bytes
    }
}

/// Tries the seeds that once failed, and then new ones until the time is up.
#[track_caller]
pub fn fuzz(once_failed: &[u64], mut target: impl FnMut(&mut Dice)) {
    fuzz_waits(once_failed, |dice| {
        let began = Instant::now();
        target(dice);
        began.elapsed()
    });
}

/// The same for a target that does many things in a row and tells how long the longest of them took.
#[track_caller]
pub fn fuzz_waits(once_failed: &[u64], mut target: impl FnMut(&mut Dice) -> Duration) {
    let end = Instant::now() + Duration::from_secs(seconds());
    // Another day, another stretch of seeds; a failure names its own.
    let begin = std::env::var("QIANTAI_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut runs = 0_u64;
    for seed in once_failed.iter().copied().chain(begin..) {
        if Instant::now() >= end && runs > once_failed.len() as u64 {
            break;
        }
        let mut run = || {
            let done = catch_unwind(AssertUnwindSafe(|| target(&mut Dice(StdRng::seed_from_u64(seed)))));
            done.unwrap_or_else(|_| panic!("seed {seed} ends in a panic; see above"))
        };
        // A machine that is busy elsewhere is no hang: it must be so again and again.
        let took = run();
        if took > HANG {
            let again = (0..3).map(|_| run()).min().unwrap_or(took);
            assert!(again <= HANG, "seed {seed} hangs for {again:?}");
        }
        runs += 1;
    }
    println!("{runs} runs");
}
