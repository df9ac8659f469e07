//! `docs/keys.md`: every key, from the keymap.

use std::fmt::Write as _;

use qiantai::ui::keys::{Command, Keymap, Place};

use crate::{head, page, row, words};

const ABOUT: &str = "# Keys 按键

Written from the keymap (`src/ui/keys.rs`) by `tests/docs/`; not to be edited by hand.

No key needs a letter: F-keys, Ctrl chords, arrows, digits, Tab, Enter and Esc reach everything, so that a Chinese
input method can stay on. Single letters are extra. On the desk the bottom line shows what can be done at this moment
with its keys; `F1` shows this list with your own keys.

Any of them can be changed in `qiantai.toml` in the configuration directory, by the name in the last column:

```toml
[keys]
new-call = \"F2\"
find = [\"Ctrl+F\", \"F11\"]
```

A key is written `F5`, `Ctrl+K`, `Alt+1`, `Esc`, `PageDown`, `/`. Terminals take Ctrl+H, Ctrl+I, Ctrl+J, Ctrl+M and
Ctrl+[ for themselves. A key given to two actions of the same place is refused at the start, with both names.
";

#[test]
fn the_page_of_the_keys_is_not_stale() {
    let keymap = Keymap::default();
    let mut text = ABOUT.to_owned();
    for (place, title, about) in [
        (Place::Everywhere, "keys_everywhere", "Heard everywhere, in the middle of any form too."),
        (Place::List, "keys_list", "Heard in lists, cases and the end of day, where nothing is typed."),
        (
            Place::Form,
            "keys_form",
            "Heard in forms. `Esc` goes back everywhere; it asks before typed text is lost.",
        ),
    ] {
        let _ = write!(text, "\n## {}\n\n{about}\n\n", words(&format!("help.{title}")));
        text += &head(&["Key", "What it does", "Name"]);
        for command in Command::ALL.iter().filter(|command| command.place() == place) {
            let keys: Vec<String> =
                keymap.labels(*command).iter().map(|label| format!("`{label}`")).collect();
            let does = words(&format!("keys.{}", command.id()));
            text += &row(&[keys.join(", "), does, format!("`{}`", command.id())]);
        }
    }
    page("keys.md", &text);
}
