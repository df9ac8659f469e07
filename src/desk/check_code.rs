//! Check codes: what a pass bears so that the gate knows it, read from paper or said on the telephone.
//!
//! Seven signs of a number that nobody can guess and one that checks them. No two signs look alike or
//! are written alike in haste, and there is a prime number of them: with a weight of its own for each
//! place, every single wrong sign and every two that changed places are found.

use std::fmt;

use super::why::{Arg, Why};

/// The signs: no `0 O G` beside `6 D`, no `1 I L`, `2 Z`, `5 S`, `8 B`, and `V` alone without `U`.
const SIGNS: [u8; 23] = *b"34679ACDEFHJKMNPQRTVWXY";
/// Signs of a code, the checking one among them.
pub const LENGTH: usize = 8;
/// Signs between two of which a dash is written.
const HALF: usize = LENGTH / 2;
/// How many codes there are.
pub const CODES: u64 = 3_404_825_447;

/// A check code, well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckCode(String);

impl CheckCode {
    /// The code of a number; numbers that differ below [`CODES`] have different codes.
    #[must_use]
    pub fn of(number: u64) -> Self {
        let mut rest = number % CODES;
        let mut places = [0; LENGTH];
        for place in places.iter_mut().skip(1).rev() {
            *place = (rest % SIGNS.len() as u64) as usize;
            rest /= SIGNS.len() as u64;
        }
        places.rotate_left(1);
        places[LENGTH - 1] = (SIGNS.len() - weighed(&places)) % SIGNS.len();
        Self(places.iter().map(|place| char::from(SIGNS[*place])).collect())
    }

    /// Reads a code in plain characters; small letters, blanks and dashes do not matter.
    ///
    /// # Errors
    /// It has too few or too many signs, one that no code has, or the checking sign does not fit.
    pub fn parse(text: &str) -> Result<Self, Why> {
        let signs: Vec<char> = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let place = |sign: &char| SIGNS.iter().position(|known| char::from(*known) == *sign);
        if let Some(strange) = signs.iter().find(|sign| place(sign).is_none()) {
            return Err(Why::new("desk.why.code_sign")
                .with("sign", Arg::Text(strange.to_string()))
                .about("code"));
        }
        if signs.len() != LENGTH {
            return Err(Why::new("desk.why.code_length")
                .with("length", Arg::Number(LENGTH as i64))
                .with("given", Arg::Number(signs.len() as i64))
                .about("code"));
        }
        let places: Vec<usize> = signs.iter().filter_map(place).collect();
        if !weighed(&places).is_multiple_of(SIGNS.len()) {
            return Err(Why::new("desk.why.code_mistyped").about("code"));
        }
        Ok(Self(signs.into_iter().collect()))
    }

    /// The eight signs without a dash, as the file keeps them.
    #[must_use]
    pub fn signs(&self) -> &str {
        &self.0
    }
}

/// The places, each with its weight; the checking one has the weight 1.
fn weighed(places: &[usize]) -> usize {
    places.iter().enumerate().map(|(at, place)| (LENGTH - at) * place).sum::<usize>() % SIGNS.len()
}

impl fmt::Display for CheckCode {
    /// As it is printed: `HK7M-3XQ4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", &self.0[..HALF], &self.0[HALF..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_codes_as_said_and_each_is_read_again() {
        assert_eq!((SIGNS.len() as u64).pow(LENGTH as u32 - 1), CODES);
        let mut seen = std::collections::BTreeSet::new();
        for number in (0..CODES).step_by(3_400_001).chain([CODES - 1]) {
            let code = CheckCode::of(number);
            assert_eq!(CheckCode::parse(&code.to_string()), Ok(code.clone()));
            assert_eq!(CheckCode::parse(&format!(" {} ", code.signs().to_lowercase())), Ok(code.clone()));
            assert!(seen.insert(code.signs().to_owned()), "{number}");
        }
    }

    #[test]
    fn no_two_signs_are_taken_for_each_other() {
        for alike in ["0ODG", "1IL", "2Z", "5S", "8B", "UV"] {
            let taken = alike.bytes().filter(|sign| SIGNS.contains(sign)).count();
            assert!(taken <= 1, "{alike}");
        }
    }

    #[test]
    fn every_wrong_sign_and_every_change_of_places_is_found() {
        for number in (0..CODES).step_by(34_000_001) {
            let right = CheckCode::of(number).signs().as_bytes().to_vec();
            let found = |signs: &[u8]| CheckCode::parse(std::str::from_utf8(signs).unwrap()).is_err();
            for at in 0..LENGTH {
                for sign in SIGNS.into_iter().filter(|sign| *sign != right[at]) {
                    let mut wrong = right.clone();
                    wrong[at] = sign;
                    assert!(found(&wrong), "{number}");
                }
                for other in at + 1..LENGTH {
                    let mut wrong = right.clone();
                    wrong.swap(at, other);
                    assert!(wrong == right || found(&wrong), "{number}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_code_is_told_why() {
        let why = |text: &str| CheckCode::parse(text).unwrap_err().key;
        let code = CheckCode::of(12).to_string();
        assert_eq!(why(""), "desk.why.code_length");
        assert_eq!(why(&code[..7]), "desk.why.code_length");
        assert_eq!(why(&format!("{code}A")), "desk.why.code_length");
        assert_eq!(why("HK7M-3XO4"), "desk.why.code_sign");
    }
}
