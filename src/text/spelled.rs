//! Check codes as they are said on the telephone, sign by sign.

use super::lang::{Lang, t};
use crate::desk::check_code::CheckCode;

/// The words for the signs of a code, in their order: `Hotel Kilo Seven …`.
#[must_use]
pub fn spelled(code: &CheckCode, lang: Lang) -> String {
    let word = |sign: char| t(lang, &format!("text.spell.{}", sign.to_ascii_lowercase()), &[]);
    code.signs().chars().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_has_a_word_of_its_own() {
        for lang in Lang::ALL {
            let mut words = std::collections::BTreeMap::new();
            for number in 0..50_000 {
                let code = CheckCode::of(number * 68_097);
                let said = spelled(&code, lang);
                let said: Vec<&str> = said.split(' ').collect();
                assert_eq!(said.len(), code.signs().len(), "{said:?}");
                words.extend(code.signs().chars().zip(said.into_iter().map(str::to_owned)));
            }
            assert_eq!(words.len(), 23);
            let different: std::collections::BTreeSet<&String> = words.values().collect();
            assert_eq!(different.len(), words.len());
            assert!(different.iter().all(|word| !word.contains("spell")));
        }
    }
}
