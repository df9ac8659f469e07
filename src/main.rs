//! Qiantai.

use std::io::Write as _;
use std::process::ExitCode;

use mimalloc::MiMalloc;
use qiantai::{cli, ui};

/// Rows, forms and texts are many small pieces, and the two threads that make a book hand them to each other.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let ended = match cli::run(std::env::args_os()) {
        Ok(None) => return ExitCode::SUCCESS,
        Ok(Some(screen)) => ui::run::open(&screen.data, screen.lang, screen.lang_given, screen.opening())
            .map_err(|error| (error.say(screen.lang), error.code())),
        Err(failure) => Err((failure.to_string(), failure.code())),
    };
    let Err((sentence, code)) = ended else { return ExitCode::SUCCESS };
    if !sentence.is_empty() {
        // Nobody is left to be told when standard error is gone too.
        let _ = writeln!(std::io::stderr(), "{}", sentence.trim_end());
    }
    ExitCode::from(code)
}
