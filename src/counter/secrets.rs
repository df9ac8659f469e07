//! PINs, passphrases and recovery codes: what is fit to be one, and how it is kept.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::TimeDelta;
use rand::rngs::{StdRng, SysRng};
use rand::{RngExt, SeedableRng};

use super::Result;
use crate::desk::why::{Arg, Why};

/// Fewest characters of a PIN.
pub const PIN_MIN: usize = 6;
/// Most characters of a PIN or passphrase.
pub const PIN_MAX: usize = 64;
/// Fewest characters of the passphrase of a copy.
const PASSPHRASE_MIN: usize = 12;
/// Wrong PINs that are let pass before logging in waits.
const FREE_FAILURES: u32 = 3;
/// Longest wait after wrong PINs, in seconds.
const LONGEST_WAIT: i64 = 15 * 60;

/// What one hash costs: argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Signs of a recovery code: none that is taken for another when it is written down or read out.
const SIGNS: &[u8] = b"ACDEFGHJKMNPQRTWXY34679";
/// Groups of a recovery code, and the signs of each: 108 bits in all.
const GROUPS: usize = 6;
const GROUP: usize = 4;

/// Words that are tried first by whoever guesses.
const COMMON: [&str; 8] =
    ["password", "passwd", "qwerty", "qwertyuiop", "iloveyou", "112233", "147258", "5201314"];

/// How long logging in waits after that many wrong PINs: doubled each time.
pub(super) fn wait(failures: u32) -> Option<TimeDelta> {
    let beyond = failures.checked_sub(FREE_FAILURES + 1)?;
    let seconds = 5_i64.saturating_mul(1_i64 << beyond.min(20)).min(LONGEST_WAIT);
    Some(TimeDelta::seconds(seconds))
}

/// Refuses a PIN that is too short, too long to be typed, or guessed first.
pub(super) fn check_pin(pin: &str) -> std::result::Result<(), Why> {
    let length = pin.chars().count();
    if length < PIN_MIN {
        return Err(Why::new("counter.why.pin_short").with("min", Arg::Number(PIN_MIN as i64)).about("pin"));
    }
    if length > PIN_MAX {
        return Err(Why::new("counter.why.pin_long").with("max", Arg::Number(PIN_MAX as i64)).about("pin"));
    }
    if is_simple(pin) {
        return Err(Why::new("counter.why.pin_simple").about("pin"));
    }
    Ok(())
}

/// Refuses a passphrase that whoever finds a copy could try out: nobody counts the tries there.
pub(super) fn check_passphrase(passphrase: &str) -> std::result::Result<(), Why> {
    if passphrase.chars().count() < PASSPHRASE_MIN || is_simple(passphrase) {
        let why = Why::new("counter.why.passphrase_weak").with("min", Arg::Number(PASSPHRASE_MIN as i64));
        return Err(why.about("passphrase"));
    }
    Ok(())
}

/// One sign, a short piece over and over, a row of the keyboard's digits or of the alphabet, a word that
/// everybody tries.
fn is_simple(pin: &str) -> bool {
    let signs: Vec<char> = pin.to_lowercase().chars().collect();
    let repeats = |piece: usize| signs.iter().zip(&signs[piece..]).all(|(a, b)| a == b);
    let row = |step: i64| {
        let follows = |pair: &[char]| {
            let (a, b) = (i64::from(u32::from(pair[0])), i64::from(u32::from(pair[1])));
            // After nine comes nought.
            b - a == step
                || (pair[0] == '9' && pair[1] == '0' && step == 1)
                || (pair == ['0', '9'] && step == -1)
        };
        signs.windows(2).all(follows)
    };
    (1..=3).any(repeats) || row(1) || row(-1) || COMMON.contains(&pin.to_lowercase().as_str())
}

fn argon2() -> std::result::Result<Argon2<'static>, argon2::Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What is kept of a secret: a PHC string, salted.
pub(super) fn hash(secret: &str) -> Result<String> {
    let unfit = |error: String| Why::new("counter.why.pin_hash").with("error", Arg::Text(error));
    let argon2 = argon2().map_err(|error| unfit(error.to_string()))?;
    let hash = argon2.hash_password(secret.as_bytes()).map_err(|error| unfit(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether a secret is the one of which this is kept. The cost is the kept one's, not today's.
pub(super) fn verify(secret: &str, kept: &str) -> bool {
    PasswordHash::new(kept)
        .is_ok_and(|hash| Argon2::default().verify_password(secret.as_bytes(), &hash).is_ok())
}

/// Whether what is kept was made at another cost than today's, by an older program.
pub(super) fn is_stale(kept: &str) -> bool {
    let Ok(hash) = PasswordHash::new(kept) else { return true };
    let costs = Params::try_from(&hash).map(|costs| (costs.m_cost(), costs.t_cost(), costs.p_cost()));
    hash.algorithm.as_str() != Algorithm::Argon2id.as_str()
        || hash.version != Some(Version::V0x13.into())
        || costs.ok() != Some((MEMORY_KIB, PASSES, LANES))
}

/// A new recovery code: `ACDE-FGHJ-…`.
pub(super) fn new_code() -> Result<String> {
    let mut random = StdRng::try_from_rng(&mut SysRng)
        .map_err(|error| Why::new("counter.why.pin_hash").with("error", Arg::Text(error.to_string())))?;
    let mut sign = || char::from(SIGNS[random.random_range(0..SIGNS.len())]);
    let groups: Vec<String> = (0..GROUPS).map(|_| (0..GROUP).map(|_| sign()).collect()).collect();
    Ok(groups.join("-"))
}

/// A recovery code as it was typed, without what parts its groups.
pub(super) fn plain_code(code: &str) -> String {
    let signs = crate::text::plain::plain(code);
    signs.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_no_pin() {
        for simple in [
            "123456",
            "1234567890",
            "654321",
            "111111",
            "121212",
            "123123",
            "abcdef",
            "012345",
            "987654",
            "Password",
            "aaaaaaa",
            "qwerty",
            "888888",
            "112233",
            "7890123",
        ] {
            assert!(is_simple(simple), "{simple}");
        }
        for fit in ["246810", "135790", "802615", "correct horse", "张建国的口令", "13572468", "199402"]
        {
            assert!(!is_simple(fit), "{fit}");
            assert_eq!(check_pin(fit), Ok(()));
        }
        assert_eq!(check_pin(&"ab3".repeat(30)).unwrap_err().key, "counter.why.pin_long");
    }

    #[test]
    fn a_hash_says_what_it_cost() {
        let kept = hash("246810").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify("246810", &kept) && !verify("246811", &kept) && !is_stale(&kept));
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(4096, 1, 1, None).unwrap());
        let weak = weak.hash_password(b"246810").unwrap().to_string();
        assert!(verify("246810", &weak) && is_stale(&weak) && is_stale("nothing"));
    }

    #[test]
    fn a_code_is_read_as_it_is_written_down() {
        let code = new_code().unwrap();
        assert_eq!((code.len(), plain_code(&code).len()), (29, 24));
        assert_ne!(code, new_code().unwrap());
        assert_eq!(plain_code(&format!(" {} ", code.to_lowercase().replace('-', " "))), plain_code(&code));
        assert!(plain_code(&code).bytes().all(|sign| SIGNS.contains(&sign)));
    }

    #[test]
    fn the_wait_doubles_and_ends_at_a_quarter_of_an_hour() {
        let seconds = |failures| wait(failures).map(|wait| wait.num_seconds());
        assert_eq!([3, 4, 5, 6].map(seconds), [None, Some(5), Some(10), Some(20)]);
        assert_eq!(seconds(u32::MAX), Some(900));
    }
}
