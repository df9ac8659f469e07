//! Qiantai.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match qiantai::cli::run(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let sentence = failure.to_string();
            if !sentence.is_empty() {
                // Nobody is left to be told when standard error is gone too.
                let _ = writeln!(std::io::stderr(), "{}", sentence.trim_end());
            }
            ExitCode::from(failure.code())
        }
    }
}
